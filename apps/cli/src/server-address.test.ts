import { describe, expect, it } from 'vitest';
import { serverAddress } from './server-address.ts';

describe('the address of a server', () => {
  it.each([
    [undefined, 'http://localhost:8080'],
    ['', 'http://localhost:8080'],
    ['http://localhost:9000/', 'http://localhost:9000'],
    ['http://127.0.0.5:1', 'http://127.0.0.5:1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['https://modelward.example.com', 'https://modelward.example.com'],
  ])('%s is %s', (text, origin) => {
    expect(serverAddress(text)).toBe(origin);
  });

  it.each([
    'http://modelward.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://[::2]:8080',
    'http://0x7f000001.example',
  ])('%s would carry a credential over the network in the clear', (text) => {
    expect(() => serverAddress(text)).toThrow('in the clear');
  });

  it.each([
    'localhost:8080',
    'ftp://localhost',
    'https://a:b@c.example',
    'https://a.example/path',
    'https://a.example?x',
    'x',
  ])('%s is none', (text) => {
    expect(() => serverAddress(text)).toThrow('is no server address');
  });
});
