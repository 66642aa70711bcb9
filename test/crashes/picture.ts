import { pictureOf } from '../../src/simulator/pictures.ts';

/** A small real picture. */
export const picture = new Uint8Array(pictureOf({ width: 8, height: 8, colour: [30, 90, 160] }));
