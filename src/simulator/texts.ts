import type { Language } from './estate.ts';
import type { Phrases, Topic } from './phrases.ts';
import { english } from './texts-english.ts';
import { french } from './texts-french.ts';
import { german } from './texts-german.ts';
import { italian } from './texts-italian.ts';
import { japanese } from './texts-japanese.ts';
import { portuguese } from './texts-portuguese.ts';
import { spanish } from './texts-spanish.ts';
import { swedish } from './texts-swedish.ts';

const phrasebook: Readonly<Record<Language, Phrases>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  it: italian,
  pt: portuguese,
  sv: swedish,
  ja: japanese,
};

// Word stems that give a topic away, in whichever language a host writes.
const topicStems: readonly (readonly [Topic, RegExp])[] = [
  ['parking', /park|garage|stellpl|aparca|estaciona|parcheggi|駐車/i],
  ['wifi', /wi-?fi|wlan|internet|router|routeur|ルーター/i],
  [
    'lateArrival',
    /late arriv|sp[äa]t an|arriv\w+ tard|llega\w* tarde|tardi|sen ankomst|lockbox|key ?safe|schlüsselbox|boîte à clés|鍵/i,
  ],
  ['heating', /heat|radiator|boiler|heiz|chauff|calefac|riscald|aquec|värme|暖房/i],
  ['luggage', /luggage|suitcase|\bbags?\b|gepäck|koffer|bagage|valise|equipaje|maleta|bagagli|bagagem|荷物/i],
  ['pets', /\bpets?\b|\bdogs?\b|haustier|hund|chien|perro|cane\b|cachorro|ペット|犬/i],
  ['checkIn', /check.?in|einchecken|arriv|anreise|llegada|chegada|incheckning|チェックイン/i],
];

export const languages = Object.keys(phrasebook) as readonly Language[];

/** How people talk in that language. */
export function phrasesOf(language: Language): Phrases {
  return phrasebook[language];
}

/** What a text is about, or null where no word gives it away. */
export function topicOf(text: string): Topic | null {
  return topicStems.find(([, stems]) => stems.test(text))?.[0] ?? null;
}

/** Whether the writer waits for an answer. */
export function isQuestion(text: string): boolean {
  return /[?？]|か[。\s]*$/.test(text);
}
