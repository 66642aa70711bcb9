import { attachmentIdOf, findAttachment, messageIdOf, type Stay, writableUntil } from '../../simulator/bookingcom.ts';
import {
  type Answer,
  type Asked,
  beginThread,
  type Desk,
  fail,
  idIn,
  misfit,
  threadlessBooking,
} from './simulator-desk.ts';
import { noConversation, stayIn } from './simulator-threads.ts';

/** What was taken for delivery. */
export interface Taken {
  readonly conversation: number;
  readonly messageExternalId: string;
  readonly body: string;
  readonly attachments: readonly string[];
}

export type Sending = Taken | { readonly refusal: Answer };

/** Sends as the guest. Asked twice, it sends twice: there is no key to tell a repetition by. */
export function send(desk: Desk, asked: Asked): Sending {
  const { fields } = asked;
  const byReservation = desk.switches.sendByReservation === 'accepted' && fields['conversation'] === undefined;
  const needed = ['accommodation', 'content', byReservation ? 'reservation' : 'conversation'];
  const optional = ['attachments', ...(desk.switches.sendByReservation === 'accepted' ? ['reservation'] : [])];
  const problem = misfit(desk, asked, needed, optional);
  if (problem) return { refusal: problem };
  const { content } = fields;
  if (typeof content !== 'string' || content.trim() === '') {
    return { refusal: fail(400, 'invalid_parameter', 'content must be a text') };
  }
  const named = stayIn(desk, asked) ?? (byReservation ? begin(desk, asked) : null);
  if (named && 'error' in named) return { refusal: named };
  if (!named) return { refusal: noConversation(desk) };
  if (desk.clock.now() > writableUntil(named, 'guest')) {
    return { refusal: fail(desk.switches.closedSend, 'invalid_request', 'The conversation is closed') };
  }
  const files = filesIn(desk, named, fields['attachments']);
  if (!files) return { refusal: fail(400, 'invalid_parameter', 'attachments names one that does not exist here') };
  return deliver(desk, named, content, files);
}

/** A first message where nobody has written yet starts the thread, as the guides say. */
function begin(desk: Desk, { fields }: Asked): Stay | null {
  const accommodation = idIn(desk, fields['accommodation']);
  const booking = threadlessBooking(desk, accommodation ?? '', idIn(desk, fields['reservation']) ?? '');
  return booking === null ? null : beginThread(desk, booking);
}

function filesIn(desk: Desk, stay: Stay, value: unknown): readonly number[] | null {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return null;
  const files = value.map((id) => (typeof id === 'string' ? findAttachment(desk.world, id) : null));
  const own = files.flatMap((file) =>
    file?.conversationId === stay.conversation.id && file.by === 'guest' ? [file.id] : [],
  );
  return own.length === files.length ? own : null;
}

function deliver(desk: Desk, stay: Stay, content: string, attachmentIds: readonly number[]): Taken {
  const { world, clock, switches } = desk;
  const { id } = stay.conversation;
  const message = world.write(id, { by: 'guest', body: content, attachmentIds });
  if (switches.sandboxReplies) {
    clock.after(2_000 + clock.random() * 3_000, () => {
      const body = /extra bed/i.test(content) ? 'Unfortunately we have no extra bed.' : 'Thank you, we look after it.';
      if (world.conversations.has(id)) world.write(id, { by: 'host', body, automated: true });
    });
  }
  return {
    ...{ conversation: id, messageExternalId: messageIdOf(message), body: content },
    attachments: message.attachmentIds.flatMap((file) => idOfFile(desk, file)),
  };
}

function idOfFile({ world }: Desk, id: number): readonly string[] {
  const file = world.attachments.get(id);
  return file ? [attachmentIdOf(file)] : [];
}
