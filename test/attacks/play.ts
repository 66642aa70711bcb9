import type { Attack, Heard, Site, WayName } from './attack.ts';
import { get, post, postForEvents, postText, writeBytes } from './ways-http.ts';
import { say, shakeHands, subscribe, writeFrames } from './ways-socket.ts';

type Way = readonly [WayName, () => Promise<Heard>];

/** Sends an attack by every way that it can go, one after the other, and tells what came back. */
export async function play(site: Site, attack: Attack): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  for (const [name, way] of waysOf(site, attack)) if (attack.ways?.includes(name) ?? true) heard.push(await way());
  return heard;
}

function waysOf(site: Site, attack: Attack): readonly Way[] {
  const assault = attack.make(site);
  switch (assault.kind) {
    case 'operation': {
      const text = JSON.stringify(assault.payload);
      return [
        ['POST', () => postText(site, text)],
        ['GET', () => get(site, assault.payload)],
        ['events', () => postForEvents(site, text)],
        ['websocket', () => subscribe(site, text)],
      ];
    }
    case 'json':
      return [
        ['POST', () => postText(site, assault.text)],
        ['events', () => postForEvents(site, assault.text)],
        ['websocket', () => subscribe(site, assault.text)],
      ];
    case 'posted':
      return [['POST', () => post(site, assault.posted)]];
    case 'bytes':
      return [['bytes', () => writeBytes(site, assault.bytes)]];
    case 'handshake':
      return [['bytes', () => shakeHands(site, assault.bytes)]];
    case 'frames':
      return [['bytes', () => writeFrames(site, assault.bytes)]];
    case 'messages':
      return [
        ...(assault.to === 'known' ? [] : [['websocket', () => say(site, assault.messages, false)] as const]),
        ...(assault.to === 'new' ? [] : [['websocket', () => say(site, assault.messages, true)] as const]),
      ];
  }
}
