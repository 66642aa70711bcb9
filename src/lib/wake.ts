/** Hints within the process: "look now", by topic. They carry nothing, and a lost one does no harm. */
export interface Wakes {
  /** Calls everyone who listens to that topic now, in order. */
  notify(topic: string): void;
  /** Has `run` called at every notify of that topic; the returned function ends that. */
  listen(topic: string, run: () => void): () => void;
  /** How many listen, over all topics. */
  listeners(): number;
}

/** `onError` is told what a listener threw; its neighbours are called all the same. */
export function createWakes(onError?: (error: unknown, topic: string) => void): Wakes {
  const topics = new Map<string, Set<{ readonly run: () => void }>>();
  return {
    notify(topic) {
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
    listeners: () => [...topics.values()].reduce((sum, listeners) => sum + listeners.size, 0),
  };
}
