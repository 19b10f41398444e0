import { expect } from 'chai';
import { SchemaCompiler } from '../../dist/schemas/schema-compiler.js';

describe('SchemaCompiler', () => {
  it('compiles with the options of each compiler', () => {
    const schema = { type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] };
    const [plain, coercing] = [new SchemaCompiler(), new SchemaCompiler({ coerceTypes: true })];

    expect([plain.validate(schema, { size: 1 }), plain.validate(schema, { size: '1' })]).to.deep.equal([true, false]);
    expect(coercing.validate(schema, { size: '1' })).to.equal(true);
  });

  it('refuses what is no schema, with the place, however many there were before', () => {
    const compiler = new SchemaCompiler();
    compiler.compile({ type: 'string' });

    expect(() => compiler.compile({ type: 'text' })).to.throw(/schema is invalid: data\/type/);
    expect(() => new SchemaCompiler().compile({ properties: { size: { minLength: -1 } } })).to.throw(
      /data\/properties\/size\/minLength/,
    );
  });
});
