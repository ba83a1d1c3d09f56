import { RUN_STAGES, type RunStage } from "@payhub/domain";
import { MultiBar } from "cli-progress";

/** Shows how far the command is. */
export interface ProgressBar {
  /** Begins with this many days of accounts before it. */
  begin(days: number): void;
  show(at: { accountNo: string; businessDay: string; stage: RunStage; linesRead: number; compared: number }): void;
  /** One more account's day is done with. */
  dayDone(): void;
  /** Writes lines (with their ends) above the bar. */
  write(lines: string): void;
  /** Takes the bar from the screen; what was written stays. */
  stop(): void;
}

const BAR_CHARACTERS = 16;
const STAGES = RUN_STAGES.length;

/** Draws a bar on a terminal; where none is shown only what is written appears. */
export function startProgress({ stream, isShown }: { stream: NodeJS.WritableStream; isShown: boolean }): ProgressBar {
  const nothing = () => {};
  if (!isShown) {
    return {
      begin: nothing,
      show: nothing,
      dayDone: nothing,
      write: (lines) => void stream.write(lines),
      stop: nothing,
    };
  }
  const bars = new MultiBar({
    stream,
    format: "{bar} {percentage}%  {done}/{days}  {at}",
    barsize: BAR_CHARACTERS,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    clearOnComplete: true,
    forceRedraw: true,
    // The bar is cut to the screen's width; what is written above it is not.
    linewrap: true,
  });
  let days = 0;
  let done = 0;
  let isStopped = false;
  const bar = bars.create(0, 0, { done, days, at: "" });
  const draw = (stages: number, at: string) => bar.update(done * STAGES + stages, { done, days, at });
  return {
    begin(count) {
      days = count;
      bar.setTotal(days * STAGES);
      draw(0, "");
    },
    show({ accountNo, businessDay, stage, linesRead, compared }) {
      const counts = `${linesRead.toLocaleString("en")} lines read, ${compared.toLocaleString("en")} compared`;
      draw(RUN_STAGES.indexOf(stage), `${stage}: ${counts}  ${businessDay} ${accountNo}`);
    },
    dayDone() {
      done++;
      draw(0, "");
    },
    write(lines) {
      if (isStopped) stream.write(lines);
      else bars.log(lines);
    },
    stop() {
      isStopped = true;
      // What was written since the last drawing would go with the bar.
      bars.update();
      bars.stop();
    },
  };
}
