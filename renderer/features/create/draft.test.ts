import { expect, test } from 'vitest';
import { Fault } from '../../../backend/contract/fault.ts';
import { requests } from '../../../backend/contract/requests.ts';
import { freeName } from './creation.ts';
import {
  checkDraft,
  type Draft,
  emptyDraft,
  fieldOf,
  type Inspected,
  nameFromPath,
  toRequest,
} from './draft.ts';

const iso: Inspected = { path: '/x.iso', kind: 'cd', format: 'iso', sizeBytes: 1, usedBy: [] };
const disk: Inspected = { path: '/x.qcow2', kind: 'disk', format: 'qcow2', sizeBytes: 1, usedBy: [] };
const image: Draft = { ...emptyDraft, source: 'image', name: 'box', path: '/x.iso' };

test('each source gives a request that the contract takes', () => {
  const accepts = requests['machine.create'].in;
  const demo = toRequest(emptyDraft, null, true);
  expect(accepts.parse(demo)).toMatchObject({ name: 'demo', demo: true, start: true });
  const cd = toRequest(image, iso, false);
  expect(accepts.parse(cd)).toMatchObject({
    cdrom: '/x.iso',
    disks: [{ sizeBytes: 20 * 2 ** 30 }],
    start: false,
  });
  expect(accepts.parse(toRequest({ ...image, disk: 'none' }, iso, true)).disks).toEqual([]);
  expect(accepts.parse(toRequest({ ...image, path: '/x.qcow2' }, disk, true))).toMatchObject({
    disks: [{ path: '/x.qcow2' }],
  });
});

test('what is plainly wrong is said at its field before anything is asked', () => {
  expect(checkDraft({ ...emptyDraft, name: ' ' }, [], null)).toHaveProperty('name');
  expect(checkDraft(emptyDraft, ['Demo'], null)).toHaveProperty('name');
  expect(checkDraft({ ...image, path: 'x.iso' }, [], null)).toHaveProperty('path');
  expect(checkDraft({ ...image, disk: 'existing' }, [], iso)).toHaveProperty('diskPath');
  expect(checkDraft(image, [], iso)).toEqual({});
});

test('a refusal goes to the field it is about', () => {
  const refused = (path: (string | number)[]): Fault => new Fault({ code: 'bad-input', message: 'no', path });
  expect(fieldOf(refused(['memoryMiB']), image, iso)).toBe('memory');
  expect(fieldOf(refused(['cdrom']), image, iso)).toBe('path');
  expect(fieldOf(refused(['disks', 0, 'sizeBytes']), image, iso)).toBe('diskSize');
  expect(fieldOf(refused(['disks', 0, 'path']), image, disk)).toBe('path');
  expect(fieldOf(refused(['disks', 0, 'path']), { ...image, disk: 'existing' }, iso)).toBe('diskPath');
  expect(fieldOf(new Fault({ code: 'name-taken', message: 'no' }), image, iso)).toBe('name');
  expect(fieldOf(new Fault({ code: 'no-space', message: 'no' }), image, iso)).toBe(null);
});

test('suggested names are free and say what they are of', () => {
  expect(freeName('demo', ['Demo', 'demo-2'])).toBe('demo-3');
  expect(nameFromPath('/isos/debian-12.5.iso')).toBe('debian-12.5');
  expect(nameFromPath('')).toBe('');
});
