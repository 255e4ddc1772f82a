import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** What a browser gets of a server, as far as this authenticator reads it. */
type CreationOptions = {
  readonly challenge: string;
  readonly rp: { readonly id?: string | undefined };
  readonly user: { readonly id: string };
};
type RequestOptions = { readonly challenge: string; readonly rpId?: string | undefined };

/** How an answer may be wrong, or the device another one. */
export type Changed = {
  readonly origin?: string;
  readonly hostName?: string;
  readonly challenge?: string;
  readonly userVerified?: boolean;
  readonly backupEligible?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly spoiltSignature?: boolean;
};

/** An authenticator in a few lines: one ES256 key, made for one origin, with a counter that goes up. Self attestation (packed). */
export function createSoftwarePasskey(origin: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  let counter = 0;
  let userId = '';

  const create = (options: CreationOptions, changed: Changed = {}) => {
    userId = options.user.id;
    const clientData = clientDataOf('webauthn.create', options.challenge, { origin, ...changed });
    const head = { hostName: options.rp.id ?? '', counter, ...changed };
    const data = authenticatorData(head, { credentialId, publicKey });
    const attestation = cbor(
      new Map<string, unknown>([
        ['fmt', 'packed'],
        [
          'attStmt',
          new Map<string, unknown>([
            ['alg', -7],
            ['sig', sign(privateKey, data, clientData)],
          ]),
        ],
        ['authData', data],
      ]),
    );
    return {
      id: credentialId.toString('base64url'),
      rawId: credentialId.toString('base64url'),
      type: 'public-key' as const,
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal' as const],
      },
    };
  };

  const get = (options: RequestOptions, changed: Changed = {}) => {
    counter = changed.counter ?? counter + 1;
    const clientData = clientDataOf('webauthn.get', options.challenge, { origin, ...changed });
    const data = authenticatorData({ hostName: options.rpId ?? '', ...changed, counter });
    const signature = sign(privateKey, data, clientData);
    if (changed.spoiltSignature === true) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    return {
      id: credentialId.toString('base64url'),
      rawId: credentialId.toString('base64url'),
      type: 'public-key' as const,
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: changed.userHandle ?? userId,
      },
    };
  };

  return { create, get };
}

export type SoftwarePasskey = ReturnType<typeof createSoftwarePasskey>;

function clientDataOf(type: string, challenge: string, { origin, ...changed }: Changed): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge: changed.challenge ?? challenge, origin, crossOrigin: false }));
}

type Head = Changed & { readonly hostName: string; readonly counter: number };
type NewKey = { readonly credentialId: Buffer; readonly publicKey: KeyObject };

function authenticatorData({ hostName, counter, userVerified, backupEligible }: Head, made?: NewKey): Buffer {
  const flags = 0x01 | (userVerified === false ? 0 : 0x04) | (backupEligible === true ? 0x18 : 0) | (made ? 0x40 : 0);
  const head = Buffer.alloc(37);
  createHash('sha256').update(hostName).digest().copy(head);
  head.writeUInt8(flags, 32);
  head.writeUInt32BE(counter, 33);
  if (made === undefined) return head;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(made.credentialId.length);
  return Buffer.concat([head, Buffer.alloc(16), length, made.credentialId, coseKey(made.publicKey)]);
}

function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const parts: [number, unknown][] = [
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ];
  return cbor(new Map(parts));
}

function sign(key: KeyObject, data: Buffer, clientData: Buffer): Buffer {
  return createSign('sha256').update(data).update(createHash('sha256').update(clientData).digest()).sign(key);
}

/** Just enough of RFC 8949: integers, byte strings, text and maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  if (value instanceof Map) {
    return Buffer.concat([cborHead(5, value.size), ...[...value].flat().map((part) => cbor(part))]);
  }
  throw new Error('this is no value that an authenticator sends');
}

function cborHead(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}
