import type { Attack } from './attack.ts';
import { bodies } from './corpus/bodies.ts';
import { depths } from './corpus/depths.ts';
import { handshakes } from './corpus/handshakes.ts';
import { httpBytes } from './corpus/http-bytes.ts';
import { injections, injectionsEverywhere } from './corpus/injections.ts';
import { multipart } from './corpus/multipart.ts';
import { shapes } from './corpus/shapes.ts';
import { socketFrames } from './corpus/socket-frames.ts';
import { introductions, socketMessages } from './corpus/socket-messages.ts';
import { variables } from './corpus/variables.ts';
import { widths } from './corpus/widths.ts';
import { misfits, words } from './corpus/words.ts';

/** Every bad input that has a name, by what it is bad at. */
export const corpus: Readonly<Record<string, readonly Attack[]>> = {
  'documents that are deep': depths,
  'documents that are wide': widths,
  'documents that cannot be parsed': words,
  'documents that do not fit': misfits,
  'variables of all kinds': variables,
  'strings that become something else': injectionsEverywhere,
  'bodies that are no operation': shapes,
  'bodies of other kinds': bodies,
  'files and what is around them': multipart,
  'bytes that are hardly HTTP': httpBytes,
  'handshakes of websockets': handshakes,
  'messages of websockets': [...introductions, ...socketMessages],
  'frames of websockets': socketFrames,
};

/** The same few strings at each of many places. */
export const strewn: Readonly<Record<string, readonly Attack[]>> = injections;
