/** Merges equal work: while `run` for a key is under way, others who ask for that key get its answer, or its failure. */
export function createSingleFlight<T>(): (key: string, run: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<T>>();
  const start = (key: string, run: () => Promise<T>): Promise<T> => {
    const flight = run().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
  return (key, run) => flights.get(key) ?? start(key, run);
}
