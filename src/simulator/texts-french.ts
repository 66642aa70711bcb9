import type { Phrases } from './phrases.ts';

export const french: Phrases = {
  firstNames: ['Camille', 'Théo', 'Inès', 'Benoît', 'Zoé', 'François'],
  lastNames: ['Lefèvre', 'Marchand', 'Nguyen', 'Dubois', 'Garçon', 'Diallo'],
  welcome:
    'Bonjour {name}, merci d’avoir choisi {property} ! Vous recevrez votre code d’accès le matin de votre arrivée. Écrivez-nous ici à tout moment.',
  interest: 'Bonjour {name}, merci de l’intérêt que vous portez à {property} ! Dites-nous en plus sur votre projet.',
  exchanges: {
    checkIn: {
      ask: 'Bonjour, à partir de quelle heure pouvons-nous arriver ? Faut-il récupérer des clés quelque part ?',
      answer: 'À partir de 15 h. Pas de clés : le code ouvre l’immeuble et l’appartement.',
      close: 'C’est parfait, merci et à vendredi !',
    },
    parking: {
      ask: 'Y a-t-il une place de parking, ou faut-il se garer dans la rue ?',
      answer: 'Une place vous est réservée dans la cour, la n° 7. Le portail s’ouvre avec votre code.',
      close: 'Génial, cela nous simplifie la vie.',
    },
    wifi: {
      ask: 'Le wifi ne marche plus depuis ce matin et je travaille à distance… Pouvez-vous faire quelque chose ?',
      answer:
        'Toutes nos excuses. Pouvez-vous redémarrer le routeur dans l’entrée ? Sinon un technicien passe cet après-midi.',
      close: 'C’est reparti, merci de votre réactivité.',
    },
    lateArrival: {
      ask: 'Notre train a deux heures de retard, nous n’arriverons que vers 23 h 30. Est-ce gênant ?',
      answer: 'Pas du tout, la boîte à clés à gauche de la porte est accessible toute la nuit.',
      close: 'Ouf ! Merci beaucoup.',
    },
    heating: {
      ask: 'Bonsoir, le chauffage ne fonctionne pas dans la chambre des enfants et il y fait 15 °C.',
      answer:
        'Nous sommes désolés. Le chauffagiste sera là avant 19 h ; un radiateur d’appoint se trouve dans le placard.',
      close: 'Il vient de partir, tout est rentré dans l’ordre. Merci !',
    },
    luggage: {
      ask: 'Serait-il possible de laisser nos valises après le départ, jusqu’à 17 h environ ?',
      answer: 'Bien sûr, la bagagerie du rez-de-chaussée est ouverte aux voyageurs jusqu’à 20 h.',
      close: 'Très bien, c’est noté.',
    },
    pets: {
      ask: 'Acceptez-vous les animaux ? Nous voyageons avec un vieux chien très calme.',
      answer: 'Avec plaisir ! Nous demandons seulement 25 € de ménage supplémentaire.',
      close: 'D’accord, merci pour lui !',
    },
    longStay: {
      ask: 'Je suis mutée à partir du mois prochain et cherche un meublé pour dix mois. Les charges sont-elles comprises ?',
      answer: 'Oui, charges et internet compris. Souhaitez-vous visiter jeudi à 17 h 30 ou samedi matin ?',
      close: 'Samedi matin me convient. J’apporterai mon dossier.',
    },
  },
  toQuestion: [
    'Oui, volontiers.',
    'Je vérifie avec mon mari et je reviens vers vous.',
    'Non, tout va bien, merci de demander !',
  ],
  toStatement: ['Merci beaucoup, c’est très aimable.', 'Entendu, merci.', 'Super, merci pour votre réponse rapide !'],
  spontaneous: [
    'Petite question : où trouve-t-on la meilleure boulangerie du quartier ?',
    'Nous sommes bien arrivés, l’appartement est ravissant.',
    'Le sèche-linge affiche « filtre » et ne démarre plus. Une idée ?',
    'Peut-on recycler le verre dans l’immeuble ?',
  ],
};
