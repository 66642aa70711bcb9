import type { Phrases } from './phrases.ts';

export const italian: Phrases = {
  firstNames: ['Giulia', 'Niccolò', 'Chiara', 'Davide', 'Beatrice', 'Salvatore'],
  lastNames: ['Esposito', 'Ferri', 'Bianchi', 'De Luca', 'Colombo', 'Rizzo'],
  welcome:
    'Ciao {name}, grazie per aver scelto {property}! Riceverai il codice della porta la mattina dell’arrivo. Scrivici qui quando vuoi.',
  interest: 'Ciao {name}, grazie per l’interesse per {property}! Raccontaci che cosa cerchi.',
  exchanges: {
    checkIn: {
      ask: 'Buongiorno, da che ora possiamo fare il check-in? Viaggiamo con due bambini piccoli.',
      answer: 'Dalle 15. Se l’appartamento è pronto prima vi scriviamo subito!',
      close: 'Gentilissimi, grazie mille.',
    },
    parking: {
      ask: 'C’è un parcheggio vicino? Ho letto che la zona è a traffico limitato.',
      answer: 'Sì, c’è un posto nel nostro garage; mandaci la targa e pensiamo noi al permesso.',
      close: 'La targa è GK 482 LM. Grazie!',
    },
    wifi: {
      ask: 'Il wifi è lentissimo, non riesco nemmeno ad aprire la posta. È normale?',
      answer: 'No, ci dispiace! Prova a spegnere e riaccendere il router dietro la tv.',
      close: 'Adesso va benissimo, grazie.',
    },
    lateArrival: {
      ask: 'Arriveremo molto tardi, verso l’una di notte. Va bene lo stesso?',
      answer: 'Nessun problema, con il codice potete entrare a qualsiasi ora.',
      close: 'Perfetto, siete stati molto disponibili.',
    },
    heating: {
      ask: 'Il riscaldamento non parte e fa piuttosto freddo. Potete mandare qualcuno?',
      answer: 'Ci scusiamo, il tecnico arriva entro un’ora. Nell’armadio trovate una stufetta.',
      close: 'Tutto risolto, ora si sta bene!',
    },
    luggage: {
      ask: 'Possiamo lasciare i bagagli fino al pomeriggio dopo il check-out?',
      answer: 'Certo, nel deposito al piano terra: il codice è lo stesso della porta.',
      close: 'Ottimo, così possiamo fare ancora un giro.',
    },
    pets: {
      ask: 'Accettate cani? Il nostro pesa quattro chili ed è educatissimo.',
      answer: 'Volentieri! C’è solo un supplemento di 25 € per le pulizie.',
      close: 'Va bene, grazie.',
    },
    longStay: {
      ask: 'Mi trasferisco per un dottorato e cerco casa per un anno. Le spese sono incluse?',
      answer: 'Sì, luce, acqua e internet. Vuoi vedere l’appartamento giovedì alle 17:30?',
      close: 'Giovedì va benissimo, a presto!',
    },
  },
  toQuestion: [
    'Sì, volentieri.',
    'Ne parlo con mia moglie e vi faccio sapere.',
    'No, al momento è tutto a posto, grazie!',
  ],
  toStatement: ['Grazie mille, gentilissimi.', 'Perfetto!', 'Ho capito, grazie della risposta veloce.'],
  spontaneous: [
    'Una domanda: dove si butta l’umido?',
    'Siamo arrivati, la vista dal balcone è uno spettacolo!',
    'La caffettiera c’è, ma manca la guarnizione… ne avete un’altra?',
    'A che ora passa l’ultimo tram per il centro?',
  ],
};
