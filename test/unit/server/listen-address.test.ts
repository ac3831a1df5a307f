import { describe, expect, it } from 'vitest';
import {
  type ListenAddress,
  listenAddressText,
  parseListenAddress,
} from '../../../src/server/listen-address.ts';

describe('parseListenAddress', () => {
  it.each<[string, ListenAddress]>([
    ['127.0.0.1:9464', { type: 'tcp', host: '127.0.0.1', port: 9464 }],
    ['localhost:0', { type: 'tcp', host: 'localhost', port: 0 }],
    ['[::1]:9464', { type: 'tcp', host: '::1', port: 9464 }],
    [':9464', { type: 'tcp', host: '0.0.0.0', port: 9464 }],
    ['unix:///run/hinge.sock', { type: 'unix', path: '/run/hinge.sock' }],
    ['/run/hinge.sock', { type: 'unix', path: '/run/hinge.sock' }],
  ])('reads %s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
    expect(parseListenAddress(listenAddressText(address))).toEqual(address);
  });

  it.each([
    '',
    '9464',
    'localhost',
    'localhost:',
    'localhost:http',
    ':70000',
    '::1:9464',
    'unix:run/x',
    'http://x:1',
  ])('refuses "%s" and says what was expected', (text) => {
    expect(() => parseListenAddress(text)).toThrow(`listen address "${text}": expected HOST:PORT`);
  });
});
