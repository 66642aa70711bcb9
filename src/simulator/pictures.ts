import { crc32, deflateSync } from 'node:zlib';

/** How a picture should look. Pixels. */
export interface PicturePlan {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, 0 to 255. */
  readonly colour: readonly [number, number, number];
}

/** A small genuine PNG: a coloured ground with a lighter frame. */
export function pictureOf(plan: PicturePlan): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(plan.width, 0);
  header.writeUInt32BE(plan.height, 4);
  // Eight bits a channel, red green blue, no interlacing.
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rowsOf(plan))), chunk('IEND', Buffer.alloc(0))];
  return new Uint8Array(Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]));
}

/** The same picture, grown to exactly so many bytes: the rest follows the end of the image, where readers stop. */
export function pictureOfSize(bytes: number): Uint8Array {
  const picture = pictureOf({ width: 8, height: 8, colour: [30, 90, 160] });
  if (bytes < picture.length) throw new RangeError(`a picture has at least ${picture.length} bytes`);
  const grown = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 1) grown[at] = at % 251;
  grown.set(picture);
  return grown;
}

function rowsOf({ width, height, colour }: PicturePlan): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const framed = x < 4 || y < 4 || x >= width - 4 || y >= height - 4;
      const shown = framed ? colour.map((channel) => Math.floor((channel + 255) / 2)) : colour;
      rows.set(shown, y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  return rows;
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
