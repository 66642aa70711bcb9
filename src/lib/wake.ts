/** Hints: "look now", by topic. They carry nothing, and a lost one does no harm. */
export interface Wakes {
  /** Calls everyone who listens to that topic now, in order, and passes the topic on to the relay. */
  notify(topic: string): void;
  /** As `notify` where it was said elsewhere: it is not passed on. */
  hear(topic: string): void;
  /** As if everything had been said: for when what was said elsewhere may have been missed. */
  hearAll(): void;
  /** Has `run` called at every notify of that topic; the returned function ends that. */
  listen(topic: string, run: () => void): () => void;
  /** Has `pass` told of whatever is notified here, until the returned function is called. There is one relay at a time. */
  relay(pass: (topic: string) => void): () => void;
  /** How many listen, over all topics. */
  listeners(): number;
}

/** `onError` is told what a listener threw; its neighbours are called all the same. */
export function createWakes(onError?: (error: unknown, topic: string) => void): Wakes {
  const topics = new Map<string, Set<{ readonly run: () => void }>>();
  let pass: ((topic: string) => void) | null = null;
  const hear = (topic: string): void => {
    const listeners = topics.get(topic);
    for (const listener of [...(listeners ?? [])]) {
      // One of its neighbours may just have ended it.
      if (!listeners?.has(listener)) continue;
      try {
        listener.run();
      } catch (error) {
        onError?.(error, topic);
      }
    }
  };
  return {
    notify(topic) {
      hear(topic);
      pass?.(topic);
    },
    hear,
    hearAll() {
      for (const topic of [...topics.keys()]) hear(topic);
    },
    listen(topic, run) {
      const listeners = topics.get(topic) ?? new Set();
      const listener = { run };
      topics.set(topic, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic);
      };
    },
    relay(to) {
      pass = to;
      return () => {
        if (pass === to) pass = null;
      };
    },
    listeners: () => [...topics.values()].reduce((sum, listeners) => sum + listeners.size, 0),
  };
}
