import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { READY_TIMEOUT, startDemo } from '../fixtures/demo.ts';
import { Home } from '../fixtures/home.ts';
import { differingPixels, litPixels, litRows, readPng } from '../fixtures/png.ts';
import { expect, test } from '../fixtures/test.ts';

/** One demo guest, and everything the command line can do to it, asserted inside the guest. */
let home: Home;

test.beforeAll(async () => {
  home = await Home.open();
  await startDemo(home);
});
test.afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
});

const MIB = 2 ** 20;

test('the guest itself said that it is ready, and its agent answers', async () => {
  const view = await home.show('demo');
  expect(view).toMatchObject({
    name: 'demo',
    origin: 'demo',
    state: 'running',
    guestReady: true,
    fault: null,
  });
  expect(home.guestPids()).toEqual([view.pid]);
  expect(view.agentAnswers).toBe(true);
  const open = view.devices.serial.filter((port) => port.guestOpen === true).map((port) => port.purpose);
  expect(open).toEqual(expect.arrayContaining(['guest-agent', 'ready']));
});

test('a screenshot has the guest’s text', async () => {
  const path = join(home.path, 'screen.png');
  const shot = await home.ik('screenshot', 'demo', path, '--via', 'qmp', '--json');
  expect(shot.code, shot.stderr).toBe(0);
  const picture = readPng(await readFile(path));
  expect(shot.json).toEqual({ path, width: picture.width, height: picture.height, via: 'qmp' });
  // A table of devices in a console font: some twenty lines of eight or more lit rows, some thousands of lit pixels.
  expect(picture.width).toBeGreaterThanOrEqual(640);
  expect(litRows(picture)).toBeGreaterThan(100);
  expect(litPixels(picture)).toBeGreaterThan(3000);
  expect(litPixels(picture)).toBeLessThan((picture.width * picture.height) / 2);
});

test('what is typed on its keyboard shows on its screen', async () => {
  const shoot = async (name: string) => {
    await home.ok('screenshot', 'demo', join(home.path, name));
    return readPng(await readFile(join(home.path, name)));
  };
  const before = await shoot('before.png');
  for (const key of [
    'e',
    'c',
    'h',
    'o',
    'spc',
    't',
    'y',
    'p',
    'e',
    'd',
    'shift+dot',
    'slash',
    't',
    'm',
    'p',
    'slash',
    'k',
    'ret',
  ]) {
    await home.ok('keys', 'demo', key);
  }
  await expect.poll(() => home.inGuest('demo', 'cat /tmp/k 2>/dev/null || true')).toBe('typed');
  expect(differingPixels(before, await shoot('after.png'))).toBeGreaterThan(100);
});

test('text is typed to the last sign, from an argument and from standard input', async () => {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
  // Into a program: a shell would make something of the signs.
  await home.ok('type', 'demo', 'cat > /tmp/typed', '--enter');
  expect(await home.answer('machine.type', 'type', 'demo', `${printable}\t.`)).toEqual({ characters: 97 });
  const piped = await home.ikWith({ input: '\r\nsecond line\n~third~' }, 'type', 'demo', '-', '--enter');
  expect(piped.code, piped.stderr).toBe(0);
  await home.ok('keys', 'demo', 'ctrl+d');
  await expect
    .poll(() => home.inGuest('demo', 'cat /tmp/typed'))
    .toBe(`${printable}\t.\nsecond line\n~third~`);

  const refused = await home.ik('type', 'demo', 'Grüße');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('“ü” (U+00FC), character 3 of line 1');
  const long = await home.ikWith({ input: 'x'.repeat(10_001) }, 'type', 'demo', '-');
  expect(long.code).not.toBe(0);
  expect(long.stderr).toContain('longer than 10000 characters');
});

test('our own SPICE client sees what QEMU’s screendump sees, to the pixel', async () => {
  await home.ok('pause', 'demo');
  const [spice, qmp] = [join(home.path, 'spice.png'), join(home.path, 'qmp.png')];
  await home.ok('screenshot', 'demo', spice, '--via', 'spice');
  await home.ok('screenshot', 'demo', qmp, '--via', 'qmp');
  await home.ok('resume', 'demo');
  expect(differingPixels(readPng(await readFile(spice)), readPng(await readFile(qmp)))).toBe(0);
});

test('a command runs in it: output, errors, exit code, signal', async () => {
  const both = await home.ik('exec', 'demo', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7');
  expect(both).toMatchObject({ code: 7, stdout: 'out\n', stderr: 'err\n' });
  const json = await home.ik('exec', 'demo', '--json', '--', 'sh', '-c', 'printf "ä\\n"; exit 3');
  expect(json.code).toBe(3);
  expect(json.json).toMatchObject({ exitCode: 3, signal: null, stdout: 'ä\n', stderr: '', truncated: false });
  const killed = await home.ik('exec', 'demo', '--', 'sh', '-c', 'kill -9 $$');
  expect(killed.code).toBe(137);
  const missing = await home.ik('exec', 'demo', '--', '/no/such/program');
  expect(missing.code).not.toBe(0);
  expect(missing.stderr).toContain('/no/such/program');
});

test('the guest’s memory total follows the balloon, down and up', async () => {
  const total = async () =>
    Number(await home.inGuest('demo', "sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo")) / 1024;
  const { memoryMiB } = await home.show('demo');
  const full = await total();
  expect(full).toBeGreaterThan(memoryMiB * 0.8);
  const set = await home.answer('memory.set', 'memory', 'set', 'demo', '256M');
  expect(set).toEqual({ targetMiB: 256, actualMiB: 256, reached: true });
  await expect.poll(total).toBeCloseTo(full - (memoryMiB - 256), -1);
  expect((await home.show('demo')).devices.memory).toMatchObject({
    sizeMiB: memoryMiB,
    targetMiB: 256,
    actualMiB: 256,
  });
  await home.ok('memory', 'set', 'demo', `${memoryMiB}M`);
  await expect.poll(total).toBe(full);
});

for (const bus of ['virtio-blk', 'virtio-scsi'] as const) {
  test(`a 64 MiB image attached by ${bus} appears in the guest, holds its data, and is gone once detached`, async () => {
    const path = await home.image(`${bus}.img`);
    const disks = async () => (await home.inGuest('demo', 'ls /sys/block')).split('\n').toSorted();
    const before = await disks();
    const disk = await home.answer('disk.attach', 'disk', 'attach', 'demo', path, '--bus', bus);
    expect(disk).toMatchObject({ bus, path, format: 'raw', sizeBytes: 64 * MIB, state: 'plugged' });
    let added: string | undefined;
    await expect
      .poll(async () => {
        added = (await disks()).find((name) => !before.includes(name));
        return added;
      })
      .toMatch(bus === 'virtio-blk' ? /^vd[b-z]$/ : /^sd[a-z]$/);
    // 512-byte sectors, whatever the disk's own (Linux, Documentation/block/stat).
    expect(await home.inGuest('demo', `cat /sys/block/${added}/size`)).toBe('131072');
    await expect.poll(() => home.inGuest('demo', `ls -l /dev/${added} 2>/dev/null | cut -c1`)).toBe('b');
    await home.inGuest('demo', `echo written-in-the-guest > /dev/${added} && sync`);
    expect((await home.answer('disk.list', 'disk', 'list', 'demo')).disks.map(({ id }) => id)).toContain(
      disk.id,
    );
    await home.ok('disk', 'detach', 'demo', disk.id);
    expect(await disks()).toEqual(before);
    expect((await readFile(path)).subarray(0, 21).toString()).toBe('written-in-the-guest\n');
    expect((await home.answer('disk.list', 'disk', 'list', 'demo')).disks.map(({ id }) => id)).not.toContain(
      disk.id,
    );
  });
}

test('an ISO goes into the CD drive and comes out again', async () => {
  const path = await home.image('disc.iso', 4 * MIB);
  await home.ok('cdrom', 'insert', 'demo', path);
  const size = () => home.inGuest('demo', 'cat /sys/block/sr0/size 2>/dev/null || echo none');
  // The kernel asks the drive again when it is opened.
  await expect
    .poll(async () => {
      await home.ik('exec', 'demo', '--', 'dd', 'if=/dev/sr0', 'of=/dev/null', 'bs=2048', 'count=1');
      return await size();
    })
    .toBe(String((4 * MIB) / 512));
  expect((await home.show('demo')).devices.cdrom?.path).toBe(path);
  await home.ok('cdrom', 'eject', 'demo');
  expect((await home.show('demo')).devices.cdrom?.path).toBeNull();
});

test('the network cable is pulled and plugged in', async () => {
  const carrier = () => home.inGuest('demo', 'cat /sys/class/net/eth0/carrier');
  await expect.poll(carrier).toBe('1');
  expect(await home.answer('nic.link', 'nic', 'link', 'demo', 'down')).toEqual({ nic: 'nic0', up: false });
  await expect.poll(carrier).toBe('0');
  expect((await home.show('demo')).devices.nics[0]?.up).toBe(false);
  await home.ok('nic', 'link', 'demo', 'up');
  await expect.poll(carrier).toBe('1');
});

test('the serial console answers what is piped into it', async () => {
  const session = await home.ikWith({ input: 'echo line-$((40 + 2))\n' }, 'console', 'demo');
  expect(session.code, session.stderr).toBe(0);
  expect(session.stdout).toContain('line-42');
  const json = await home.ikWith({ input: 'tty\n' }, 'console', 'demo', '--json');
  expect(json.json).toMatchObject({ output: expect.stringContaining('/dev/ttyS0') });
});

test('QMP is passed through', async () => {
  expect(await home.answer('machine.qmp', 'qmp', 'demo', '{"execute":"query-status"}')).toMatchObject({
    return: { status: 'running', running: true },
  });
  expect(JSON.parse(await home.ok('qmp', 'demo', 'query-name'))).toEqual({ name: 'demo' });
  const refused = await home.ik('qmp', 'demo', '{"execute":"no-such-command"}');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('no-such-command');
});

test('the clock of the guest can be set', async () => {
  await home.inGuest('demo', 'date -s "2001-01-01 00:00:00"');
  const { driftMs } = await home.answer('clock.set', 'clock', 'set', 'demo');
  expect(Math.abs(driftMs)).toBeLessThan(1000);
  expect(Math.abs(Number(await home.inGuest('demo', 'date +%s')) - Date.now() / 1000)).toBeLessThan(5);
});

test('paused it stands still, resumed it goes on', async () => {
  expect(await home.answer('machine.pause', 'pause', 'demo')).toMatchObject({ state: 'paused' });
  const asleep = await home.ik('exec', 'demo', '--', 'true');
  expect(asleep.code).toBe(1);
  expect(asleep.stderr).toMatch(/paused, so nothing can run in it.*\n.*innkeeper resume demo/s);
  const refused = await home.ik('stop', 'demo');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/paused.*\n.*Resume it first/s);
  expect(await home.answer('machine.resume', 'resume', 'demo')).toMatchObject({ state: 'running' });
  await expect
    .poll(async () => (await home.ik('exec', 'demo', '--', 'true')).code, { timeout: 30_000 })
    .toBe(0);
});

test('what it is may be edited while it runs, for the next start', async () => {
  const edited = await home.answer('machine.edit', 'edit', 'demo', '--memory', '384M');
  expect(edited).toMatchObject({ memoryMiB: 512, pending: { memoryMiB: 384 } });
});

test('its log tells what happened', async () => {
  const log = await home.answer('machine.log', 'log', 'demo');
  const texts = log.events.map((event) => event.text);
  expect(texts).toEqual(expect.arrayContaining(['Created', 'Starting', 'The guest runs']));
  expect(texts).toContain('The guest said that it is ready');
});

test('it shuts down when asked, what it wrote is there at the next start, and it restarts', async () => {
  await home.inGuest('demo', 'echo kept > /root/kept && sync');
  expect(await home.answer('machine.stop', 'stop', 'demo')).toMatchObject({ state: 'stopping' });
  expect(
    await home.answer('machine.wait', 'wait', 'demo', '--for', 'stopped', '--timeout', '60s'),
  ).toMatchObject({ state: 'stopped' });
  expect(home.guestPids()).toEqual([]);
  expect(home.leftovers().runtime).toEqual([]);
  await home.ok('start', 'demo');
  await home.ok('wait', 'demo', '--for', 'guest-ready', '--timeout', READY_TIMEOUT);
  expect(await home.show('demo')).toMatchObject({ memoryMiB: 384, pending: null });
  expect(await home.inGuest('demo', 'cat /root/kept')).toBe('kept');
  const booted = await home.inGuest('demo', 'cat /proc/sys/kernel/random/boot_id');
  await home.ok('restart', 'demo');
  // Ready is said anew: first it goes away with the old boot.
  await expect
    .poll(
      async () => (await home.ik('exec', 'demo', '--', 'cat', '/proc/sys/kernel/random/boot_id')).stdout,
      { timeout: 120_000 },
    )
    .toMatch(new RegExp(`^(?!${booted})[0-9a-f-]{36}\n$`));
});

test('deleted it is gone, brought back it is whole', async () => {
  await home.ok('stop', 'demo', '--force');
  const { devices, id } = await home.show('demo');
  const size = (await stat(devices.disks[0]?.path ?? '')).size;
  expect(await home.answer('machine.delete', 'delete', 'demo')).toMatchObject({ machine: id, name: 'demo' });
  expect((await home.ik('show', 'demo')).code).toBe(1);
  expect(home.leftovers()).toEqual({ machines: [], runtime: [] });
  expect(await home.answer('machine.undelete', 'undelete', 'demo')).toMatchObject({ id, state: 'stopped' });
  expect((await stat(devices.disks[0]?.path ?? '')).size).toBe(size);
});
