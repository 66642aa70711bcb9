import type { Phrases } from './phrases.ts';

export const swedish: Phrases = {
  firstNames: ['Mårten', 'Åsa', 'Elin', 'Björn', 'Saga', 'Oskar'],
  lastNames: ['Lindqvist', 'Öberg', 'Sjöström', 'Hägg', 'Wallin', 'Åkesson'],
  welcome:
    'Hej {name}, tack för att du valde {property}! Du får din dörrkod på morgonen samma dag som du kommer. Skriv gärna till oss här.',
  interest: 'Hej {name}, tack för ditt intresse för {property}! Berätta gärna vad du söker.',
  exchanges: {
    checkIn: {
      ask: 'Hej! När kan vi checka in, och behöver vi hämta någon nyckel?',
      answer: 'Från klockan 15. Ingen nyckel behövs, koden går till både porten och lägenheten.',
      close: 'Toppen, då ses vi inte men hörs kanske!',
    },
    parking: {
      ask: 'Ingår parkering? Vi kommer med bil och släpvagn.',
      answer: 'En plats på gården ingår. Släpet kan stå på gatan bakom huset.',
      close: 'Det löser sig fint, tack.',
    },
    wifi: {
      ask: 'Wifi fungerar inte i köket, går det att göra något åt?',
      answer: 'Prova att flytta routern till hallen, så brukar det räcka hela vägen.',
      close: 'Nu fungerar det utmärkt!',
    },
    lateArrival: {
      ask: 'Vårt tåg är försenat och vi är framme först vid ett på natten. Går det bra?',
      answer: 'Inga problem, koden fungerar dygnet runt.',
      close: 'Skönt att höra, tack så mycket.',
    },
    heating: {
      ask: 'Elementen är iskalla och det är 16 grader inne. Kan någon komma förbi?',
      answer: 'Vi beklagar! Fastighetsskötaren kommer inom en timme. Det finns ett värmeelement i garderoben.',
      close: 'Nu blir det varmt, tack för snabb hjälp.',
    },
    luggage: {
      ask: 'Kan vi lämna bagaget någonstans efter utcheckningen?',
      answer: 'Javisst, förrådet på bottenvåningen är öppet till klockan 20.',
      close: 'Perfekt!',
    },
    pets: {
      ask: 'Får man ta med hund? Hon är gammal och sover mest.',
      answer: 'Hon är varmt välkommen. Det tillkommer 250 kr för städningen.',
      close: 'Det är helt okej, tack.',
    },
    longStay: {
      ask: 'Jag ska jobba här i ungefär tio månader och söker en möblerad lägenhet. Ingår el och internet?',
      answer: 'Ja, båda ingår. Vill du titta på lägenheten på torsdag 17.30?',
      close: 'Torsdag passar bra, jag tar med anställningsbeviset.',
    },
  },
  toQuestion: ['Ja, gärna.', 'Jag frågar min sambo och återkommer.', 'Nej tack, allt är bra just nu!'],
  toStatement: ['Tack snälla!', 'Uppfattat, tack.', 'Vad bra, tack för snabbt svar.'],
  spontaneous: [
    'Var finns strykbrädan?',
    'Vi är framme nu, vilken utsikt!',
    'Diskmaskinen piper och visar E24. Vet ni vad det betyder?',
    'Kan vi få låna en barnstol?',
  ],
};
