import { conversationIds, properties, type Stay, stayOf } from '../../simulator/bookingcom.ts';
import {
  type Answer,
  type Asked,
  type Desk,
  type Failure,
  fail,
  idIn,
  isReadable,
  misfit,
  stayOfReservation,
} from './simulator-desk.ts';
import { showConversation } from './simulator-messages.ts';

/** One thread with its whole history, by accommodation and exactly one of conversation and reservation. */
export function readConversation(desk: Desk, asked: Asked): Answer {
  const { fields, dialect, handling } = asked;
  const problem = misfit(desk, asked, ['accommodation'], ['conversation', 'reservation']);
  if (problem) return problem;
  if ((fields['conversation'] === undefined) === (fields['reservation'] === undefined)) {
    return fail(400, 'conflicting_parameters', 'exactly one of conversation and reservation is required');
  }
  const stay = stayIn(desk, asked);
  if (stay && 'error' in stay) return stay;
  if (!stay) return missing(desk, dialect);
  handling.countConversation();
  const shown = showConversation(desk, stay, dialect, handling.arrange);
  return { data: dialect === 'guide' ? { conversations: shown } : { conversation: shown } };
}

/** The thread that a request names; null where there is none, or it hangs from another accommodation. */
export function stayIn(desk: Desk, { fields }: Asked): Stay | Failure | null {
  const accommodation = idIn(desk, fields['accommodation']);
  if (accommodation === null) return fail(400, 'invalid_parameter', 'accommodation must be a text');
  if (fields['conversation'] === undefined) {
    const reservation = idIn(desk, fields['reservation']);
    if (reservation === null) return fail(400, 'invalid_parameter', 'reservation must be a text');
    return stayOfReservation(desk, accommodation, reservation);
  }
  const conversation = idIn(desk, fields['conversation']);
  const found = desk.world.conversations.get(conversationIds.toInternal(conversation ?? '') ?? 0);
  const stay = found ? stayOf(desk.world, found) : null;
  if (!stay || !isReadable(desk, stay)) return null;
  return properties.toExternal(stay.property.id) === accommodation ? stay : null;
}

/** What a thread gets that is not there, where one is needed. */
export function noConversation({ switches }: Desk): Failure {
  const status = switches.unknownConversation === 404 ? 404 : 400;
  return fail(status, 'invalid_parameter', 'The conversation does not exist');
}

function missing(desk: Desk, dialect: Asked['dialect']): Answer {
  if (desk.switches.unknownConversation !== 'empty') return noConversation(desk);
  return { data: dialect === 'guide' ? { conversations: null } : { conversation: null } };
}
