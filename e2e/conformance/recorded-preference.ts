import { DisplayChannel, displayCapabilities } from '../../renderer/spice/channels/display.ts';
import { SharedImages } from '../../renderer/spice/images/shared-images.ts';
import type { ChannelSender } from '../../renderer/spice/link/channel.ts';
import { DISPLAY_OUT, type VideoCodec } from '../../renderer/spice/protocol/constants.ts';
import { DEAF_HOST, SpiceSession } from '../../renderer/spice/session.ts';
import { unixTransport } from '../fixtures/unix-transport.ts';
import type { RecordedScene } from '../replay/recording.ts';
import { ReplayServer } from '../replay/replay-server.ts';
import type { Row } from './oracles.ts';

/** Whether spice-server, which could stream in either codec, takes the one that the viewer prefers, and is told how it arrives. */
export async function preferenceRows(
  options: { readonly cacheFolder: string; readonly recording: string; readonly scene: RecordedScene },
  report: (row: Row) => void,
): Promise<void> {
  const { cacheFolder, recording, scene } = options;
  for (const codecs of [
    ['mjpeg', 'vp8'],
    ['vp8', 'mjpeg'],
  ] as const) {
    await using server = await ReplayServer.start({
      cacheFolder,
      recording,
      compression: 'quic',
      streaming: 'filter',
      videoCodecs: 'spice:mjpeg;gstreamer:vp8',
    });
    await server.play(scene.from);
    const { used, reports } = await watch(server, scene, codecs);
    const what = 'recorded, the video codec that is preferred';
    const mode = codecs.join(' before ');
    const note = `streamed as ${[...used].join(', ') || 'nothing'}`;
    const taken = used.size === 1 && used.has(codecs[0]);
    report({ what, mode, oracle: 'spice-server', differing: taken ? 0 : null, note });
    const told = { what: 'recorded, reports of how a stream arrives', mode, oracle: 'spice-server' };
    report({ ...told, differing: reports > 0 ? 0 : null, note: `${reports} reports` });
  }
}

/** The codecs that streams were in while the scene was played, and how often the server was told how they arrive. */
async function watch(
  server: ReplayServer,
  { to }: RecordedScene,
  codecs: readonly VideoCodec[],
): Promise<{ used: Set<VideoCodec>; reports: number }> {
  const used = new Set<VideoCodec>();
  let reports = 0;
  const counted = (sender: ChannelSender): ChannelSender => ({
    type: sender.type,
    id: sender.id,
    serverHas: (capability) => sender.serverHas(capability),
    send: (type, body) => {
      if (type === DISPLAY_OUT.streamReport) reports += 1;
      sender.send(type, body);
    },
  });
  const images = new SharedImages(() => Promise.reject(new Error('no lossy picture is wanted here')));
  using session: SpiceSession<DisplayChannel> = await SpiceSession.connect<DisplayChannel>(
    {
      openTransport: () => unixTransport(server.spiceSocket),
      ...DEAF_HOST,
      closed: nothing,
    },
    {
      display: {
        capabilities: displayCapabilities(codecs),
        create: (sender, serials) =>
          new DisplayChannel(counted(sender), {
            images,
            serials,
            events: {
              ...{ surfaceCreated: nothing, surfaceDestroyed: nothing, dirty: nothing },
              ...{ marked: nothing, monitors: nothing },
            },
            video: {
              codecs,
              open: (codec) => {
                used.add(codec);
                return { decode: async () => null, close: nothing };
              },
              multiMediaTime: () => session.main.multiMediaTime ?? 0,
              later: (ms, then) => {
                const timer = setTimeout(then, ms);
                return () => clearTimeout(timer);
              },
            },
          }),
      },
    },
  );
  await server.play(to, 1);
  return { used, reports };
}

function nothing(): void {
  // Only how it streams counts here.
}
