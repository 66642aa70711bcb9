import type { Phrases } from './phrases.ts';

export const spanish: Phrases = {
  firstNames: ['Lucía', 'Álvaro', 'Ximena', 'Íñigo', 'Carmen', 'Mateo'],
  lastNames: ['Muñoz', 'Ibáñez', 'Rojas', 'Castaño', 'Herrera', 'Peña'],
  welcome:
    '¡Hola, {name}! Gracias por elegir {property}. Recibirá el código de la puerta la mañana de su llegada. Escríbanos aquí cuando quiera.',
  interest: '¡Hola, {name}! Gracias por su interés en {property}. Cuéntenos qué busca y le ayudamos encantados.',
  exchanges: {
    checkIn: {
      ask: '¡Buenas! ¿A partir de qué hora podemos entrar en el apartamento?',
      answer: 'A partir de las 15:00. El código que le enviamos abre el portal y el piso.',
      close: 'Estupendo, allí estaremos.',
    },
    parking: {
      ask: '¿Hay aparcamiento en el edificio? Venimos con dos coches.',
      answer:
        'Tenemos una plaza para usted en el garaje; el segundo coche puede quedarse en el parking de enfrente, 12 € al día.',
      close: 'Nos viene muy bien, gracias.',
    },
    wifi: {
      ask: 'No consigo conectarme al wifi con la contraseña que pone en la nevera. ¿La han cambiado?',
      answer: 'Sí, disculpe: ahora es «piñata-88». Pruebe a reiniciar el router si no conecta.',
      close: '¡Ya funciona! Mil gracias.',
    },
    lateArrival: {
      ask: 'Nuestro vuelo se ha retrasado y llegaremos pasada la medianoche. ¿Habrá algún problema?',
      answer: 'Ninguno, puede entrar a cualquier hora con su código. ¡Buen viaje!',
      close: '¡Qué alivio! Gracias por contestar tan rápido.',
    },
    heating: {
      ask: 'Hola, la calefacción no se enciende y los niños tienen frío. ¿Podrían venir a mirarlo?',
      answer: 'Lo sentimos mucho. El técnico llegará antes de las 19:00; hay dos estufas en el armario del pasillo.',
      close: 'Ya está arreglado, el técnico ha sido muy amable.',
    },
    luggage: {
      ask: '¿Podríamos dejar las maletas después de la salida hasta las seis?',
      answer: 'Por supuesto, la consigna de la planta baja está abierta hasta las 20:00.',
      close: 'Perfecto, así lo haremos.',
    },
    pets: {
      ask: '¿Admiten mascotas? Viajamos con una perra pequeña, se llama Croqueta.',
      answer: '¡Croqueta es bienvenida! Solo cobramos 25 € por la limpieza adicional.',
      close: 'Jaja, de acuerdo. ¡Gracias!',
    },
    longStay: {
      ask: 'Busco piso amueblado para unos nueve meses desde septiembre. ¿Los gastos están incluidos?',
      answer: 'Sí, luz, agua e internet incluidos. ¿Le gustaría visitarlo el jueves a las 17:30?',
      close: 'El jueves me va bien. Llevaré el contrato de trabajo.',
    },
  },
  toQuestion: [
    'Sí, por favor.',
    'Lo consulto con mi pareja y le digo algo.',
    'No, por ahora está todo bien, ¡gracias!',
  ],
  toStatement: ['Muchas gracias, muy amable.', '¡Perfecto, gracias!', 'De acuerdo, lo tendré en cuenta.'],
  spontaneous: [
    '¿Hay plancha en el apartamento? No la encuentro.',
    'Acabamos de llegar y nos encanta la terraza.',
    '¿Nos recomienda algún sitio para cenar que no sea muy turístico?',
    'Se ha fundido la bombilla del baño, ¿dónde hay recambios?',
  ],
};
