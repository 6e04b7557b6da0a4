import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRoute, machineTabs, parseRoute, type Route } from './route.ts';

const route: fc.Arbitrary<Route> = fc.oneof(
  fc.constantFrom<Route>({ page: 'welcome' }, { page: 'host' }, { page: 'settings' }),
  fc.record({
    page: fc.constant('machine' as const),
    id: fc.stringMatching(/^[a-z0-9]{8}$/),
    tab: fc.constantFrom(...machineTabs),
  }),
);

test('a route survives the address bar', () => {
  fc.assert(
    fc.property(route, (given) => {
      expect(parseRoute(formatRoute(given))).toEqual(given);
    }),
  );
});

test('anything else is the welcome page, and a machine without a tab shows its display', () => {
  fc.assert(fc.property(fc.string(), (hash) => void parseRoute(hash)));
  expect(parseRoute('#/machine/../devices')).toEqual({ page: 'welcome' });
  expect(parseRoute('#/machine/ab12cd34')).toEqual({ page: 'machine', id: 'ab12cd34', tab: 'display' });
  expect(parseRoute('#/machine/ab12cd34/nothing')).toEqual({
    page: 'machine',
    id: 'ab12cd34',
    tab: 'display',
  });
});
