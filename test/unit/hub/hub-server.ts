import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the stand-in does to one request for a file, in turn; after the list it behaves. */
export type Fault =
  | { readonly type: 'drop'; readonly after: number }
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'ignore-range' }
  | { readonly type: 'wrong-range' }
  | { readonly type: 'corrupt' }
  | { readonly type: 'too-much' };

export interface HubRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A model hub on loopback, with the answers of the real one's API: file list with digests, ranges, and faults on demand. */
export interface HubServer {
  readonly endpoint: string;
  readonly requests: HubRequest[];
  /** Faults by file path; `list` for the file list. */
  readonly faults: Map<string, Fault[]>;
  close(): Promise<void>;
}

export async function startHub(repository: string, files: Readonly<Record<string, Buffer>>, extraSiblings: readonly object[] = []): Promise<HubServer> {
  const requests: HubRequest[] = [];
  const faults = new Map<string, Fault[]>();
  const siblings = [...Object.entries(files).map(([path, content]) => sibling(path, content)), ...extraSiblings];
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://hub');
    const range = incoming.headers.range;
    requests.push({ path: url.pathname, range, authorization: incoming.headers.authorization });
    if (url.pathname.startsWith(`/api/models/${repository}/revision/`)) {
      if (!misbehave(faults.get('list')?.shift(), outgoing)) outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ id: repository, siblings }));
      return;
    }
    const path = decodeURIComponent(/\/resolve\/[^/]+\/(.*)$/.exec(url.pathname)?.[1] ?? '');
    const content = files[path];
    if (content === undefined) outgoing.writeHead(404).end();
    else sendFile(incoming, outgoing, content, faults.get(path)?.shift());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function sibling(path: string, content: Buffer): object {
  const blobId = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  const base = { rfilename: path, size: content.length, blobId };
  return content.length < 1000 ? base : { ...base, lfs: { size: content.length, sha256: createHash('sha256').update(content).digest('hex'), pointerSize: 130 } };
}

function misbehave(fault: Fault | undefined, outgoing: ServerResponse): boolean {
  if (fault?.type === 'status') outgoing.writeHead(fault.status).end('no');
  else if (fault?.type === 'drop') outgoing.destroy();
  else return false;
  return true;
}

function sendFile(incoming: IncomingMessage, outgoing: ServerResponse, content: Buffer, fault: Fault | undefined): void {
  if (fault?.type === 'status') {
    outgoing.writeHead(fault.status).end('no');
    return;
  }
  const asked = Number(/^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1] ?? 0);
  const from = fault?.type === 'ignore-range' ? 0 : fault?.type === 'wrong-range' ? asked + 7 : asked;
  const body = Buffer.from(content.subarray(from));
  if (fault?.type === 'corrupt') body[Math.floor(body.length / 2)] = (body[Math.floor(body.length / 2)] ?? 0) ^ 255;
  if (incoming.headers.range !== undefined && fault?.type !== 'ignore-range') outgoing.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
  if (fault?.type === 'too-much') {
    outgoing.end(Buffer.concat([body, body]));
    return;
  }
  if (fault?.type === 'drop') {
    outgoing.write(body.subarray(0, fault.after), () => setTimeout(() => outgoing.destroy(), 20));
    return;
  }
  outgoing.end(body);
}
