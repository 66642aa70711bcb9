import type { Chance } from './chance.ts';
import type { Conversation } from './estate.ts';
import { demand, type Tables } from './tables.ts';
import { isQuestion, phrasesOf, topicOf } from './texts.ts';

/** What guests say, in their own language. Nothing is written: the caller decides when it is. */
export interface Voices {
  /** A natural answer to what the guest was told. */
  guestAnswer(conversationId: number, toText: string): string;
  /** Something a guest writes unasked. */
  guestSays(conversationId: number): string;
}

/** Gives the estate's guests a voice. */
export function createVoices(tables: Tables, chance: Chance): Voices {
  const phrasesFor = (conversationId: number) => {
    const conversation: Conversation = demand(tables.conversations, 'conversation', conversationId);
    return phrasesOf(demand(tables.guests, 'guest', conversation.guestId).language);
  };
  return {
    guestAnswer(conversationId, toText) {
      const phrases = phrasesFor(conversationId);
      if (isQuestion(toText)) return chance.pick(phrases.toQuestion);
      const topic = topicOf(toText);
      return topic ? phrases.exchanges[topic].close : chance.pick(phrases.toStatement);
    },
    guestSays(conversationId) {
      const phrases = phrasesFor(conversationId);
      const { longStay: _, ...stay } = phrases.exchanges;
      return chance.pick([...phrases.spontaneous, ...Object.values(stay).map((exchange) => exchange.ask)]);
    },
  };
}
