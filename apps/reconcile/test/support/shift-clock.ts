/** Loaded before a program: its clock is ahead of the machine's by `TEST_CLOCK_AHEAD_MS`, as that of the channels in the test. */
const aheadMs = Number(process.env.TEST_CLOCK_AHEAD_MS);
const machineNow = Date.now;

Date.now = () => machineNow() + aheadMs;
