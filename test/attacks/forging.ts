import type { Chance } from '../../src/simulator/chance.ts';
import type { SignedDelivery } from '../../src/simulator/contract.ts';

/** A delivery that its provider has not made. */
export interface Forgery {
  /** How it was made. */
  readonly name: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What a forger has to start from. */
export interface Spoils {
  readonly chance: Chance;
  /** A delivery that was overheard, whose words are good now. */
  readonly genuine: SignedDelivery;
  /** The provider's own delivery of the same news, signed with a secret of the forger's. */
  signedWith(secret: string): SignedDelivery;
  /** Whether the body is signed, too. Where it is not, a forger who has overheard one holds what lets in, and is no forger. */
  readonly signsBody: boolean;
  /** What only somebody can make who knows a provider's scheme: deliveries that are signed well, and yet must be refused. */
  readonly own: readonly (readonly [name: string, change: (chance: Chance) => Readonly<Record<string, string>>])[];
}

type Change = (spoils: Spoils) => Pick<Forgery, 'headers' | 'body'>;

// What any delivery has, and none is proven by.
const proveNothing = new Set(['content-type', 'user-agent']);
const encoder = new TextEncoder();

/** One forged delivery after another, each kind as often as the others. */
export function createForger(spoils: Spoils): () => Forgery {
  const { chance, own, signsBody } = spoils;
  const mine = own.map(([name, change]): [string, Change] => [name, () => changed(spoils, change(chance))]);
  const kinds = [...Object.entries(proofs), ...(signsBody ? Object.entries(signed) : []), ...mine];
  let made = 0;
  return () => {
    const [name, change] = kinds[made % kinds.length] ?? chance.pick(kinds);
    made += 1;
    for (let again = 0; again < 100; again += 1) {
      const { headers, body } = change(spoils);
      if (!isGenuine(spoils, headers, body)) return { name, headers, body };
    }
    throw new Error(`${name}: it changes nothing`);
  };
}

const proofs: Readonly<Record<string, Change>> = {
  'a bit of what proves it': (spoils) => {
    const [name, value] = proofIn(spoils);
    return changed(spoils, { [name]: bitFlipped(value, spoils.chance) });
  },
  'a sign of what proves it left out': (spoils) => {
    const [name, value] = proofIn(spoils);
    const at = spoils.chance.between(0, value.length - 1);
    return changed(spoils, { [name]: value.slice(0, at) + value.slice(at + 1) });
  },
  'a piece of what proves it': (spoils) => {
    const [name, value] = proofIn(spoils);
    return changed(spoils, { [name]: value.slice(0, spoils.chance.between(0, value.length - 1)) });
  },
  'something before or after what proves it': (spoils) => {
    const [name, value] = proofIn(spoils);
    const more = spoils.chance.pick(['0', 'A', '=', '.', ',', '\u00e9', '\u00a0', '%00', '; v1']);
    return changed(spoils, { [name]: spoils.chance.happens(0.5) ? more + value : value + more });
  },
  'one proof where another belongs': (spoils) => {
    const [[one, value], [other, theirs]] = [proofIn(spoils), proofIn(spoils)];
    return changed(spoils, { [other]: value, [one]: one === other ? [...value].toReversed().join('') : theirs });
  },
  'a proof that stands there twice': (spoils) => {
    const [name, value] = proofIn(spoils);
    const forged = changed(spoils, { [name]: bitFlipped(value, spoils.chance) });
    forged.headers.append(name, bitFlipped(value, spoils.chance));
    return forged;
  },
  'none of one proof': (spoils) => {
    const forged = changed(spoils, {});
    forged.headers.delete(proofIn(spoils)[0]);
    return forged;
  },
  'nonsense for a proof': (spoils) => {
    const nonsense = [
      ...['v1,', 'v1', ',,,', '-1', '1e20', 'NaN', '1.5', 'Infinity', '0x10', 'null', '[]', '\u00ff'.repeat(200)],
      ...[
        'v1,AAAA '.repeat(1_000).trim(),
        'a'.repeat(8_000),
        'Bearer',
        'Bearer ..',
        'Bearer null',
        `v1,${'='.repeat(44)}`,
      ],
    ];
    return changed(spoils, { [proofIn(spoils)[0]]: spoils.chance.pick(nonsense) });
  },
};

const signed: Readonly<Record<string, Change>> = {
  'the proof of another secret': (spoils) => {
    const secret = Buffer.from(Array.from({ length: 32 }, () => spoils.chance.between(0, 255)));
    const { headers } = spoils.signedWith(spoils.chance.pick([secret.toString('base64'), secret.toString('hex')]));
    return changed(spoils, headers);
  },
  'a bit of its body': (spoils) => {
    const { headers, body } = changed(spoils, {});
    const at = spoils.chance.between(0, body.length - 1);
    return { headers, body: body.with(at, (body[at] ?? 0) ^ (1 << spoils.chance.between(0, 7))) };
  },
  'its body cut off': (spoils) => {
    const { headers, body } = changed(spoils, {});
    return { headers, body: body.slice(0, spoils.chance.between(0, body.length - 1)) };
  },
  'more behind its body': (spoils) => {
    const { headers, body } = changed(spoils, {});
    const more = spoils.chance.pick([' ', '\n', '\0', '}', body]);
    return { headers, body: new Uint8Array([...body, ...(typeof more === 'string' ? encoder.encode(more) : more)]) };
  },
  'the same JSON in other words': (spoils) => {
    const { headers } = changed(spoils, {});
    const read = JSON.parse(spoils.genuine.body) as object;
    const turned = Object.fromEntries(Object.entries(read).toReversed());
    const texts = [JSON.stringify(read, null, 2), JSON.stringify(turned), `\ufeff${JSON.stringify(read)}`];
    return { headers, body: encoder.encode(spoils.chance.pick(texts)) };
  },
};

function changed({ genuine }: Spoils, headers: Readonly<Record<string, string>>): Pick<Forgery, 'headers' | 'body'> {
  return { headers: new Headers({ ...genuine.headers, ...headers }), body: encoder.encode(genuine.body) };
}

function proofIn({ genuine, chance }: Spoils): readonly [name: string, value: string] {
  return chance.pick(Object.entries(genuine.headers).filter(([name]) => !proveNothing.has(name)));
}

/** What a header can hold, or no request would arrive. */
function bitFlipped(value: string, chance: Chance): string {
  for (;;) {
    const at = chance.between(0, value.length - 1);
    const sign = String.fromCharCode(value.charCodeAt(at) ^ (1 << chance.between(0, 7)));
    if (/[\t\u0020-\u007e\u0080-\u00ff]/.test(sign)) return value.slice(0, at) + sign + value.slice(at + 1);
  }
}

/** What says the same is no forgery: a scheme's name in another case (RFC 9110, 11.1), and blanks around a value, which are none of it. */
function isGenuine({ genuine }: Spoils, headers: Headers, body: Uint8Array): boolean {
  const meant = (text: string | null): string => (text ?? '').trim().replace(/^bearer /i, 'bearer ');
  const same = Object.entries(genuine.headers).every(([name, value]) => meant(headers.get(name)) === meant(value));
  return same && Buffer.from(body).equals(encoder.encode(genuine.body));
}
