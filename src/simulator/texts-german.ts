import type { Phrases } from './phrases.ts';

export const german: Phrases = {
  firstNames: ['Jonas', 'Lena', 'Matthias', 'Svenja', 'Emre', 'Greta'],
  lastNames: ['Hoffmann', 'Yıldız', 'Krüger', 'Bäcker', 'Lindner', 'Groß'],
  welcome:
    'Hallo {name}, vielen Dank für Ihre Buchung im {property}! Ihren Türcode erhalten Sie am Morgen der Anreise. Schreiben Sie uns hier jederzeit.',
  interest:
    'Hallo {name}, vielen Dank für Ihr Interesse am {property}! Erzählen Sie uns kurz von Ihren Plänen, dann finden wir das Passende.',
  exchanges: {
    checkIn: {
      ask: 'Guten Tag, ab wann können wir einchecken? Und wie kommen wir an die Schlüssel?',
      answer: 'Ab 15 Uhr. Schlüssel brauchen Sie keine, der Code öffnet Haus- und Wohnungstür.',
      close: 'Wunderbar, dann bis Freitag!',
    },
    parking: {
      ask: 'Gibt es bei Ihnen einen Stellplatz, und kann man dort ein Elektroauto laden?',
      answer: 'Ja, Platz 14 in der Tiefgarage gehört zur Wohnung, mit einer 11-kW-Ladesäule.',
      close: 'Genau das hatten wir gehofft. Danke!',
    },
    wifi: {
      ask: 'Das WLAN-Passwort auf der Karte scheint nicht zu stimmen, ich komme nicht ins Internet.',
      answer: 'Entschuldigung, das wurde gestern geändert: „Möwe-2207“, mit großem M und Umlaut.',
      close: 'Jetzt klappt es, vielen Dank.',
    },
    lateArrival: {
      ask: 'Wir stehen im Stau vor Würzburg und werden wohl erst gegen Mitternacht da sein. Ist das ein Problem?',
      answer: 'Gar kein Problem, die Schlüsselbox links neben der Tür ist die ganze Nacht zugänglich. Gute Fahrt!',
      close: 'Sie sind ein Schatz, danke!',
    },
    heating: {
      ask: 'Leider bleibt die Heizung im Schlafzimmer kalt, obwohl das Ventil ganz aufgedreht ist.',
      answer: 'Das tut uns leid. Der Hausmeister kommt heute zwischen 16 und 17 Uhr und entlüftet den Heizkörper.',
      close: 'Er war gerade da, es ist schon schön warm.',
    },
    luggage: {
      ask: 'Dürfen wir unser Gepäck nach der Abreise noch bis zum Abend stehen lassen?',
      answer: 'Gern, im Abstellraum neben dem Fahrradkeller. Ihr Code gilt bis 22 Uhr.',
      close: 'Super, das hilft uns sehr.',
    },
    pets: {
      ask: 'Sind Haustiere erlaubt? Unser Dackel ist stubenrein und bellt (fast) nie.',
      answer: 'Herzlich willkommen! Für die Endreinigung kommen einmalig 25 € dazu.',
      close: 'Das geht in Ordnung, danke.',
    },
    longStay: {
      ask: 'Ich suche ab nächstem Monat für etwa ein Jahr eine möblierte Wohnung. Sind die Nebenkosten enthalten?',
      answer: 'Ja, Strom, Wasser und Internet sind dabei. Möchten Sie die Wohnung am Donnerstag um 17:30 Uhr ansehen?',
      close: 'Sehr gern, ich bringe die Gehaltsnachweise gleich mit.',
    },
  },
  toQuestion: [
    'Ja, sehr gern.',
    'Das kläre ich kurz mit meiner Frau und melde mich.',
    'Nein danke, im Moment ist alles bestens.',
  ],
  toStatement: ['Vielen Dank für die schnelle Antwort!', 'Alles klar, danke.', 'Das ist sehr nett von Ihnen.'],
  spontaneous: [
    'Eine kurze Frage: Wo steht der Staubsauger?',
    'Wir sind gut angekommen, die Aussicht ist ja herrlich!',
    'Beim Herd geht die linke Platte nicht an. Machen wir etwas falsch?',
    'Könnten wir zwei zusätzliche Decken bekommen?',
  ],
};
