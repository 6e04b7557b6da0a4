import { Camera, Copy, Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { type Bridge, useBridge } from '../../bridge/bridge.ts';
import { Menu } from '../../ui/menu.tsx';
import { showFault, showToast } from '../../ui/toast.tsx';
import { BarButton } from './bar-button.tsx';
import { words } from './words.ts';

interface Picture {
  readonly png: Blob;
  readonly width: number;
  readonly height: number;
}

/** What the canvas shows, a pixel for each of the guest's, opaque. */
async function pictureOf(canvas: HTMLCanvasElement): Promise<Picture> {
  const { width, height } = canvas;
  // Drawn elsewhere: a canvas that a Worker draws on cannot be read, and what has no alpha comes out as it went in.
  const copy = new OffscreenCanvas(width, height);
  const context = copy.getContext('2d', { alpha: false });
  if (context === null) throw new Error('the browser gives no 2d context');
  context.drawImage(canvas, 0, 0);
  return { png: await copy.convertToBlob({ type: 'image/png' }), width, height };
}

async function screendump(bridge: Bridge, machine: string): Promise<Picture> {
  const { png, width, height } = await bridge.request('machine.screenshot', { machine });
  const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
  return { png: new Blob([bytes], { type: 'image/png' }), width, height };
}

/** Asked at once, while the browser still takes it for what the person wants; the picture may come later. */
async function writeClipboard(picture: Promise<Picture>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture.then(({ png }) => png) })]);
}

export async function copyPicture(picture: Promise<Picture>, about: string): Promise<void> {
  const [taken, written] = await Promise.allSettled([picture, writeClipboard(picture)]);
  if (taken.status === 'rejected') throw taken.reason;
  if (written.status === 'rejected') {
    throw new Fault(
      { code: 'no-permission', message: words.pictureNotCopied, remedy: words.clipboardRemedy },
      { cause: written.reason },
    );
  }
  showToast({ text: words.pictureCopied(taken.value.width, taken.value.height), about });
}

async function savePicture(
  picture: Promise<Picture>,
  bridge: Bridge,
  { id, name }: MachineView,
): Promise<void> {
  const { png } = await picture;
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const file = `${name} ${stamp}.png`;
  const saved = await bridge.saveFile(file, new Uint8Array(await png.arrayBuffer()));
  if (saved) showToast({ text: words.pictureSaved(file), about: screenshotOf(id) });
}

/** What messages about screenshots are about. */
export function screenshotOf(machine: string): string {
  return `${machine} screenshot`;
}

/** The picture on `shown`; null: there is none, and QEMU is asked. */
export function takePicture(
  bridge: Bridge,
  machine: string,
  shown: HTMLCanvasElement | null,
): Promise<Picture> {
  return shown === null ? screendump(bridge, machine) : pictureOf(shown);
}

interface DisplayScreenshotProps {
  readonly machine: MachineView;
  readonly isNarrow: boolean;
  readonly onChosen: () => void;
  /** The live picture; null where there is none, and QEMU is asked. */
  readonly canvas: () => HTMLCanvasElement | null;
}

/** The guest's screen of now, to a file or to the clipboard. */
export function DisplayScreenshot(props: DisplayScreenshotProps): ReactNode {
  const { machine, isNarrow, onChosen, canvas } = props;
  const bridge = useBridge();
  const about = screenshotOf(machine.id);
  const take = () => takePicture(bridge, machine.id, canvas());
  const attempt = (work: Promise<void>) => {
    work.catch((thrown: unknown) => showFault(Fault.from(thrown), about));
    onChosen();
  };
  return (
    <Menu
      label={words.screenshotOf(machine.name)}
      placement="top start"
      trigger={<BarButton label={words.screenshot} icon={<Camera className="icon" />} isNarrow={isNarrow} />}
      entries={[
        {
          id: 'save',
          label: words.savePicture,
          icon: <Download size={16} />,
          onAction: () => attempt(savePicture(take(), bridge, machine)),
        },
        {
          id: 'copy',
          label: words.copyPicture,
          icon: <Copy size={16} />,
          onAction: () => attempt(copyPicture(take(), about)),
        },
      ]}
    />
  );
}
