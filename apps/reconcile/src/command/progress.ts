import { RUN_STAGES, type RunStage } from "@payhub/domain";
import { MultiBar } from "cli-progress";

/** Shows how far the command is. */
export interface ProgressBar {
  show(at: { accountNo: string; businessDay: string; stage: RunStage; linesRead: number; compared: number }): void;
  /** One more account's day is done with. */
  dayDone(): void;
  /** Writes a line (with its end) above the bar. */
  write(line: string): void;
  /** Takes the bar from the screen; what was written stays. */
  stop(): void;
}

const BAR_CHARACTERS = 24;

/** Draws a bar over `days` account-days on a terminal; on anything else only what is written appears. */
export function startProgress(stream: NodeJS.WriteStream, days: number): ProgressBar {
  if (!stream.isTTY) {
    return { show: () => {}, dayDone: () => {}, write: (line) => void stream.write(line), stop: () => {} };
  }
  const bars = new MultiBar({
    stream,
    format: "{bar} {percentage}%  {done}/{days}  {at}",
    barsize: BAR_CHARACTERS,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    clearOnComplete: true,
    forceRedraw: true,
  });
  let done = 0;
  const bar = bars.create(days * RUN_STAGES.length, 0, { done, days, at: "" });
  return {
    show({ accountNo, businessDay, stage, linesRead, compared }) {
      const counts = `${linesRead.toLocaleString("en")} lines read, ${compared.toLocaleString("en")} compared`;
      const at = `${businessDay} ${accountNo} ${stage}: ${counts}`;
      bar.update(done * RUN_STAGES.length + RUN_STAGES.indexOf(stage), { done, days, at });
    },
    dayDone() {
      done++;
      bar.update(done * RUN_STAGES.length, { done, days, at: "" });
    },
    write: (line) => bars.log(line),
    stop() {
      // What was written since the last drawing would go with the bar.
      bars.update();
      bars.stop();
    },
  };
}
