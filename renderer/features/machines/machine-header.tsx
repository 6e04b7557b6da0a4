import { ChevronDown, Ellipsis } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { type MachineView, stateWords } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { duration } from '../../i18n/format.ts';
import { useIsLive } from '../../stores/connection.ts';
import { askForceOff, dialogsStore } from '../../stores/dialogs.ts';
import { useTold } from '../../stores/now.ts';
import { type MachineTab, navigate } from '../../stores/route.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Chip, ChipButton } from '../../ui/chip.tsx';
import { ConfirmPopover } from '../../ui/confirm-popover.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Popover, PopoverActions } from '../../ui/popover.tsx';
import {
  forceOff,
  type MachineCommand,
  type MachineCommands,
  type ShowFullScreen,
  useMachineCommands,
} from './machine-commands.tsx';
import { moreEntries, stopEntries } from './menu-entries.ts';
import { isOn } from './refusal.ts';
import { stateTone } from './state-look.ts';
import './machine-header.css';

const words = text.machine;

function StateChip({ machine }: { machine: MachineView }): ReactNode {
  const isLive = useIsLive();
  const { state, startedAt } = machine;
  const since = state === 'running' && isLive ? startedAt : null;
  const countsSeconds = since !== null && Date.now() - since < 60_000;
  const time = useTold(countsSeconds ? 1000 : 10_000, (now) =>
    since === null ? null : duration(now - since),
  );
  return (
    <Chip tone={stateTone[state]}>
      {time === null ? stateWords[state] : words.stateFor(stateWords[state], time)}
    </Chip>
  );
}

function EmulationChip({ reason }: { reason: string | null }): ReactNode {
  return (
    <Popover trigger={<ChipButton tone="warn">{words.emulation}</ChipButton>} title={words.emulationTitle}>
      {(close) => (
        <>
          <p className="note">{words.emulationWhy}</p>
          {reason === null ? null : <p className="note emulation-reason">{reason}</p>}
          <PopoverActions>
            <Button
              size="s"
              onPress={() => {
                close();
                navigate({ page: 'host' });
              }}
            >
              {words.emulationCheck}
            </Button>
          </PopoverActions>
        </>
      )}
    </Popover>
  );
}

interface PowerLook {
  command: MachineCommand;
  kind: 'primary' | 'plain';
  busy: string | null;
}

/** Start, Pause or Resume: one place, whichever fits the state. */
function powerLook({ state }: MachineView, { start, pause, resume }: MachineCommands): PowerLook {
  if (state === 'starting') return { command: start, kind: 'primary', busy: words.starting };
  if (!isOn(state)) return { command: start, kind: 'primary', busy: start.busy };
  if (state === 'paused' || state === 'suspended')
    return { command: resume, kind: 'primary', busy: resume.busy };
  return { command: pause, kind: 'plain', busy: pause.busy };
}

function StopButtons({ machine, commands }: { machine: MachineView; commands: MachineCommands }): ReactNode {
  const bridge = useBridge();
  const anchor = useRef<HTMLSpanElement>(null);
  const isAsked = dialogsStore((store) => store.forceOff === machine.id);
  const { stop, restart, reset } = commands;
  const force = commands['force-off'];
  const busy =
    machine.state === 'stopping'
      ? words.shuttingDown
      : (stop.busy ?? restart.busy ?? reset.busy ?? force.busy);
  const nothing = [stop, restart, reset, force].every(({ disabledReason }) => disabledReason !== null);
  return (
    <span className="btn-pair" ref={anchor}>
      <Button busy={busy} disabledReason={stop.disabledReason} onPress={stop.run}>
        {words.shutDown}
      </Button>
      <Menu
        label={words.stopMenu}
        entries={stopEntries(commands)}
        trigger={
          <IconButton
            kind="plain"
            label={words.stopMenu}
            icon={<ChevronDown className="icon" />}
            disabledReason={nothing ? stop.disabledReason : null}
          />
        }
      />
      <ConfirmPopover
        anchor={anchor}
        isOpen={isAsked}
        onClose={() => askForceOff(null)}
        title={words.forceTitle(machine.name)}
        confirm={words.forceOff}
        onConfirm={() => forceOff(bridge, machine)}
      >
        {words.forceText}
      </ConfirmPopover>
    </span>
  );
}

export interface MachineHeaderProps {
  machine: MachineView;
  /** The one that is open. */
  tab: MachineTab;
  showFullScreen: ShowFullScreen;
}

/** Name, state, and everything that can be done to the machine. */
export function MachineHeader({ machine, tab, showFullScreen }: MachineHeaderProps): ReactNode {
  const commands = useMachineCommands(machine, showFullScreen);
  const power = powerLook(machine, commands);
  return (
    <header className="machine-head">
      <h1 className="machine-name" title={machine.name}>
        {machine.name}
      </h1>
      <span className="machine-chips">
        <StateChip machine={machine} />
        {machine.pending === null ? null : <Chip>{words.pending}</Chip>}
        {machine.accelerator === 'tcg' ? <EmulationChip reason={machine.acceleratorReason} /> : null}
      </span>
      <div className="machine-acts" role="toolbar" aria-label={words.actions}>
        <Button
          // The display has this button in the middle of the picture, and one accent is enough.
          kind={tab === 'display' ? 'plain' : power.kind}
          icon={power.command.icon}
          busy={power.busy}
          disabledReason={power.command.disabledReason}
          onPress={power.command.run}
        >
          {power.command.label}
        </Button>
        <StopButtons machine={machine} commands={commands} />
        <Menu
          label={words.more}
          entries={moreEntries(commands)}
          trigger={<IconButton label={words.more} icon={<Ellipsis className="icon" />} />}
        />
      </div>
    </header>
  );
}
