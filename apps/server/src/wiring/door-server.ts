import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/load-config.ts';

type Door = {
  readonly config: Config;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly headerBytes: number;
  /** The body for what could not be read as HTTP. */
  readonly refuse: (status: 400 | 408 | 431) => string;
};

/** A listener's server, plain or TLS. Slow heads are cut off; a body may take as long as it moves. */
export function createDoorServer({ config, handle, headerBytes, refuse }: Door): Server {
  const options: ServerOptions = {
    maxHeaderSize: headerBytes,
    headersTimeout: 20_000,
    // An artifact of any size may take its time; a connection on which nothing moves does not.
    requestTimeout: 0,
    keepAliveTimeout: 30_000,
    insecureHTTPParser: false,
  };
  const server =
    config.tls === undefined
      ? createHttpServer(options, handle)
      : createTlsServer({ ...options, ...readTls(config.tls) }, handle);
  server.setTimeout(120_000);
  server.on('clientError', (fault: NodeJS.ErrnoException, socket) => refuseUnread({ fault, socket, refuse }));
  return server;
}

function readTls({ certificateFile, keyFile }: { certificateFile: string; keyFile: string }) {
  return { cert: readFileSync(certificateFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' as const };
}

type Unread = { readonly fault: NodeJS.ErrnoException; readonly socket: Duplex; readonly refuse: Door['refuse'] };

function refuseUnread({ fault, socket, refuse }: Unread): void {
  if (fault.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = fault.code === 'HPE_HEADER_OVERFLOW' ? 431 : fault.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = refuse(status);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
}
