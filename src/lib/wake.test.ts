import { describe, expect, it } from 'vitest';
import { createWakes } from './wake.ts';

describe('wakes', () => {
  it('reach everyone who listens to the topic, and nobody else', () => {
    const wakes = createWakes();
    const heard: string[] = [];
    wakes.listen('feed:ten_1', () => heard.push('a'));
    wakes.listen('feed:ten_1', () => heard.push('b'));
    wakes.listen('feed:ten_2', () => heard.push('c'));
    wakes.notify('feed:ten_1');
    wakes.notify('feed:ten_3');
    expect(heard).toEqual(['a', 'b']);
  });

  it('keep a listener that throws from harming its neighbours', () => {
    const trouble = new Error('no');
    const troubles: unknown[] = [];
    const wakes = createWakes((error, topic) => troubles.push([topic, error]));
    let heard = 0;
    wakes.listen('x', () => {
      throw trouble;
    });
    wakes.listen('x', () => heard++);
    wakes.notify('x');
    expect([heard, troubles]).toEqual([1, [['x', trouble]]]);
  });

  it('no longer reach who has stopped listening, also in the middle of a notify', () => {
    const wakes = createWakes();
    let heard = 0;
    wakes.listen('x', () => endSecond());
    const endSecond = wakes.listen('x', () => heard++);
    wakes.notify('x');
    expect(heard).toBe(0);
  });

  it('count each listening by itself, the same function twice too, and forget what has ended', () => {
    const wakes = createWakes();
    let heard = 0;
    const run = () => heard++;
    const ends = [wakes.listen('x', run), wakes.listen('x', run), wakes.listen('y', run)];
    expect(wakes.listeners()).toBe(3);
    ends[0]?.();
    ends[0]?.();
    wakes.notify('x');
    expect([heard, wakes.listeners()]).toEqual([1, 2]);
    for (const end of ends) end();
    expect(wakes.listeners()).toBe(0);
  });

  it('leave who begins to listen during a notify for the next one', () => {
    const wakes = createWakes();
    let heard = 0;
    const end = wakes.listen('x', () => {
      end();
      wakes.listen('x', () => heard++);
    });
    wakes.notify('x');
    expect(heard).toBe(0);
    wakes.notify('x');
    expect(heard).toBe(1);
  });
});
