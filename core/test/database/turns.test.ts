import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from 'pg';
import { takeTurns } from '../../dist/database/turns.js';

/** Stands for a connection: notes what was sent and how much of it ran at once. */
class Connection {
  readonly sent: unknown[] = [];
  most = 0;
  #running = 0;

  async query(statement: unknown): Promise<string> {
    this.sent.push(statement);
    this.#running += 1;
    this.most = Math.max(this.most, this.#running);
    await sleep(1);
    this.#running -= 1;
    if (statement === 'wrong') throw new Error('no such thing');
    return `answer to ${String(statement)}`;
  }
}

describe('takeTurns', () => {
  let connection: Connection;
  let client: Client;

  beforeEach(() => {
    connection = new Connection();
    client = connection as unknown as Client;
  });

  const askThree = (): Promise<unknown[]> => Promise.all(['a', 'b', 'c'].map((text) => client.query(text)));

  it('sends one statement after the other, which would have been sent at once', async () => {
    await askThree();
    expect(connection.most).to.equal(3);
    connection.most = 0;

    takeTurns(client);

    expect(await askThree()).to.deep.equal(['answer to a', 'answer to b', 'answer to c']);
    expect(connection.most).to.equal(1);
  });

  it('fails who asked for what failed, and goes on', async () => {
    takeTurns(client);

    const answers = await Promise.allSettled(['a', 'wrong', 'c'].map((text) => client.query(text)));

    expect(answers.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(connection.sent).to.deep.equal(['a', 'wrong', 'c']);
  });

  it('answers those who gave a callback', async () => {
    takeTurns(client);
    const first = client.query('a');

    const told = await new Promise<unknown[]>((resolve) => {
      client.query('b', (...given: unknown[]) => resolve(given));
    });
    const wrong = await new Promise<unknown>((resolve) => {
      client.query('wrong', (error: Error) => resolve(error.message));
    });

    expect(await first).to.equal('answer to a');
    expect(told).to.deep.equal([null, 'answer to b']);
    expect(wrong).to.equal('no such thing');
    expect(connection.most).to.equal(1);
  });

  it('leaves streams to themselves', () => {
    takeTurns(client);
    const stream = { submit: () => undefined };

    void client.query(stream as never);

    expect(connection.sent).to.deep.equal([stream]);
  });
});
