import { connect, type Socket } from 'node:net';

/** An answer as far as a benchmark looks at it. */
export interface Answer {
  readonly status: number;
  /** Bytes of the body. */
  readonly bytes: number;
  /** What it says, for those that are no success; empty otherwise. */
  readonly text: string;
}

/**
 * One kept-alive connection that asks, reads the whole answer, and asks again. `node:http` spends more on a request than the
 * servers measured here do, and would compete with them for the same cores; this knows just enough HTTP for our own servers.
 */
export class Connection {
  #received: Buffer = Buffer.alloc(0);
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#settle?.reject(error));
    socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Sends the bytes of one request. */
  ask(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const answer = readAnswer(this.#received);
    if (answer === null) return;
    this.#received = Buffer.alloc(0);
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.resolve(answer);
  }
}

/** The answer, or null while a part of it is missing. Nothing may follow it: requests are not pipelined. */
function readAnswer(received: Buffer): Answer | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = received.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const bytes = received.length - headEnd - 4;
  if (!isWhole(head, received, bytes)) return null;
  return { status, bytes, text: status >= 200 && status < 300 ? '' : received.toString('utf8', headEnd + 4) };
}

function isWhole(head: string, received: Buffer, bytes: number): boolean {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes >= Number(length);
  // The last chunk of a body has no bytes; JSON and HTML hold no carriage returns that could look like it.
  if (/\r\ntransfer-encoding: *chunked/i.test(head))
    return received.toString('latin1', received.length - 5) === '0\r\n\r\n';
  return true;
}
