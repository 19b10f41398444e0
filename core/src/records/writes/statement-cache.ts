import { writeStatement, type WrittenEntity } from './write-statements.js';
import type { WriteShape, WriteStatement, WriteStatements } from './write-shape.js';

/** So many shapes are told apart; from then on a statement takes all lists and side tables, with nothing for most of them. */
const maxShapes = 64;

/** Keeps the statements of an entity. */
export function createWriteStatements(entity: WrittenEntity): WriteStatements {
  const known = new Map<string, WriteStatement>();
  return {
    of(shape, tables) {
      const wanted = known.size < maxShapes ? shape : wholeShape(entity, shape);
      const key = JSON.stringify(wanted);
      const statement = known.get(key) ?? writeStatement(entity, wanted, tables);
      known.set(key, statement);
      return statement;
    },
  };
}

/** The same write with every list and side table there is, so that each of them may have any number of rows. */
export function wholeShape({ fields, extensions }: WrittenEntity, shape: WriteShape): WriteShape {
  const lists = [...fields.values()].filter(({ list }) => list !== null).map(({ path }) => path);
  return { ...shape, lists, sides: [...extensions.keys()], form: shape.form === 'one' ? 'many' : shape.form };
}
