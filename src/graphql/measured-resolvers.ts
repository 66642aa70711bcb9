import { type GraphQLSchema, isObjectType } from 'graphql';
import type { Clock } from '../lib/clock.ts';

/**
 * Has every resolver of that schema tell how long it took, promises until they are settled. Fields that only read a property have no
 * resolver and are left as fast as they are. To be given a schema of its own: it is changed.
 */
export function measureResolvers(
  schema: GraphQLSchema,
  tell: (field: string, ms: number) => void,
  clock: Clock,
): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve) continue;
      const name = `${type.name}.${field.name}`;
      field.resolve = (...given) => {
        const began = clock.monotonic();
        const done = (): void => tell(name, clock.monotonic() - began);
        const answer: unknown = resolve(...given);
        // Beside the promise and not in it: the answer must not wait for its measure.
        if (answer instanceof Promise) answer.then(done, done);
        else done();
        return answer;
      };
    }
  }
  return schema;
}
