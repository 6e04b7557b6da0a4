import { expect, test } from 'vitest';
import type { MonitorHead } from '../../../../spice/protocol/messages.ts';
import { ShownPart } from './shown-part.ts';

const WIDE = { id: 0, width: 1600, height: 600 };

function head(monitorId: number, x: number, width = 800, height = 600): MonitorHead {
  return { monitorId, surfaceId: 0, width, height, x, y: 0, flags: 0 };
}

const LEFT = head(0, 0);
const RIGHT = head(1, 800);

/** What is shown, as `left,top right,bottom`, and what can be chosen. */
function open() {
  const heard: string[] = [];
  const part = new ShownPart({
    show: (_surface, { left, top, right, bottom }) => heard.push(`${left},${top} ${right},${bottom}`),
    gone: () => heard.push('gone'),
    monitors: ({ ids, shown }) => heard.push(`[${ids.join()}] ${shown}`),
  });
  const take = () => heard.splice(0);
  return { part, take };
}

test('all of the screen shows until the guest tells of a monitor that is a part of it', () => {
  const { part, take } = open();
  part.setSurface(WIDE);
  part.setHeads([head(0, 0, 1600)]);
  expect(take()).toEqual(['0,0 1600,600']);
  part.setHeads([head(0, 100)]);
  part.setHeads([head(0, 100)]);
  expect(take()).toEqual(['100,0 900,600', '[0] 0']);
  part.setHeads([head(0, 801)]);
  expect(take()).toEqual(['0,0 1600,600', '[] all']);
});

test('of several monitors the first shows, and then what was chosen, also when it was away', () => {
  const { part, take } = open();
  part.setSurface(WIDE);
  take();
  part.setHeads([LEFT, RIGHT]);
  expect(take()).toEqual(['0,0 800,600', '[0,1] 0']);
  part.choose(1);
  expect(take()).toEqual(['800,0 1600,600', '[0,1] 1']);
  part.setHeads([LEFT]);
  expect(take()).toEqual(['0,0 800,600', '[0] 0']);
  part.setHeads([LEFT, RIGHT]);
  expect(take()).toEqual(['800,0 1600,600', '[0,1] 1']);
  part.choose('all');
  expect(take()).toEqual(['0,0 1600,600', '[0,1] all']);
  part.choose(77);
  expect(take()).toEqual(['0,0 800,600', '[0,1] 0']);
});

test('who wants all sees all, also of a screen with a single monitor on a part of it', () => {
  const { part, take } = open();
  part.setSurface(WIDE);
  part.setHeads([RIGHT]);
  expect(take()).toEqual(['0,0 1600,600', '800,0 1600,600', '[1] 1']);
  part.choose('all');
  expect(take()).toEqual(['0,0 1600,600', '[1] all']);
  part.setHeads([head(0, 0, 1600)]);
  expect(take()).toEqual(['[] all']);
});

test('a surface of another size has no monitors before it is told; one of the same size keeps them', () => {
  const { part, take } = open();
  part.setSurface(WIDE);
  part.setHeads([LEFT]);
  take();
  part.setSurface(null);
  part.setSurface({ ...WIDE });
  expect(take()).toEqual(['gone', '0,0 800,600']);
  part.setSurface({ id: 0, width: 1920, height: 1080 });
  expect(take()).toEqual(['0,0 1920,1080', '[] all']);
  part.setSurface(null);
  part.setHeads([head(0, 0, 1024, 768)]);
  part.setSurface({ id: 0, width: 1280, height: 800 });
  expect(take()).toEqual(['gone', '0,0 1024,768', '[0] 0']);
});
