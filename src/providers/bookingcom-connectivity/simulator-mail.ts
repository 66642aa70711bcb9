import { reservationIdOf, type Stay } from '../../simulator/bookingcom.ts';
import type { ConnectivitySwitches } from './simulator-switches.ts';

/** A guest's answer by mail, with what their mail program left around it: the four shapes that were seen live. */
export function mailed(shape: ConnectivitySwitches['mailReply'], text: string, stay: Stay): string {
  const subject = `Re: You have a message from ${stay.property.name}\n`;
  const quote = [
    '',
    'Von: Booking.com <noreply@booking.test>',
    'Gesendet: Montag, 2. März 2026 09:00',
    `An: ${stay.guest.email}`,
    `Betreff: You have a message from ${stay.property.name}`,
    '',
    '> ##- Please type your reply above this line -##',
    `> Confirmation number: ${reservationIdOf(stay.booking)}`,
    '> See your booking [1]',
    '> [1] [link removed]',
  ].join('\n');
  const before = shape === 'subject' || shape === 'subjectAndQuote' ? subject : '';
  const after = shape === 'quote' || shape === 'subjectAndQuote' ? quote : '';
  return `${before}${text}${after}`;
}
