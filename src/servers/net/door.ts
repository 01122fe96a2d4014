/**
 * Where the connections of a listener come from: a port that was bound here, sockets that the service manager holds, or another process
 * that holds the ports. A door can be there before the server behind it is up: who comes meanwhile waits in it, unread, and is served.
 * So ports are bound while there is the right to, nobody is refused while a server is started again, and a process that dies closes no
 * port of its neighbours.
 */
import {
  createServer,
  type AddressInfo,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';

/** So many wait in a door at most; more are cut off. A second of a busy server. */
const MOST_WAITING = 1024;

export class Door {
  readonly address: string;
  readonly port: number;
  readonly #shut: () => void;
  #accept: ((socket: Socket) => void) | undefined;
  #waiting: Socket[] = [];
  #closed = false;

  /** @param shut ends whatever brings connections */
  constructor(address: string, port: number, shut: () => void) {
    this.address = address;
    this.port = port;
    this.#shut = shut;
  }

  /** Somebody came. @param socket paused, nothing of it read by anybody */
  admit(socket: Socket): void {
    if (this.#accept !== undefined) return this.#accept(socket);
    if (this.#closed || this.#waiting.length >= MOST_WAITING) return void socket.destroy();
    // who goes before being served is told to nobody
    socket.on('error', ignore);
    this.#waiting.push(socket);
  }

  /** From here on connections are handed over; first those that waited. */
  open(accept: (socket: Socket) => void): void {
    this.#accept = accept;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const socket of waiting) {
      socket.off('error', ignore);
      if (!socket.destroyed) accept(socket);
    }
  }

  /** Nobody comes any more; those handed over stay. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#shut();
    for (const socket of this.#waiting) socket.destroy();
    this.#waiting = [];
  }
}

function ignore(): void {}

/** A door on a port of our own. @param port 0: the system chooses @throws EADDRINUSE, EACCES, … from the system */
export async function bindDoor(address: string, port: number): Promise<Door> {
  return doorOf([{ host: address, port }]);
}

/** A door on the same port of several addresses. @param port not 0 @throws as {@link bindDoor} */
export async function bindDoors(addresses: readonly string[], port: number): Promise<Door> {
  return doorOf(addresses.map((host) => ({ host, port })));
}

/** A door of sockets that listen already: those that a service manager handed over for one purpose. @throws from the system */
export async function adoptDoor(descriptors: readonly number[]): Promise<Door> {
  return doorOf(descriptors.map((fd) => ({ fd })));
}

async function doorOf(
  places: readonly (ListenOptions & { readonly fd?: number })[],
): Promise<Door> {
  const servers: Server[] = [];
  const shut = (): void => {
    for (const server of servers) server.close();
  };
  const early: Socket[] = [];
  let admit = (socket: Socket): void => void early.push(socket);
  try {
    for (const place of places) {
      servers.push(await listening(place, (socket) => admit(socket)));
    }
  } catch (error) {
    shut();
    for (const socket of early) socket.destroy();
    throw error;
  }
  const { address, port } = servers[0]!.address() as AddressInfo;
  const door = new Door(address, port, shut);
  admit = (socket) => door.admit(socket);
  for (const socket of early) door.admit(socket);
  return door;
}

async function listening(place: ListenOptions, admit: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  server.on('connection', admit);
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  server.once('error', reject);
  server.listen({ ...place, backlog: 1024 }, () => {
    server.removeListener('error', reject);
    resolve(server);
  });
  return promise;
}
