/** Figures of the page in use: long tasks, frames while scrolling, how late an event is seen. */

const FRAMES = 120;

/** Collect tasks of 50 ms and more in this page from its beginning; read and empty them with `longTasks`. */
export async function watchLongTasks(page) {
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) =>
      window.longTasks.push(...list.getEntries().map((entry) => Math.round(entry.duration))),
    ).observe({ type: "longtask", buffered: true });
  });
}

export const longTasks = (page) => page.evaluate(() => window.longTasks.splice(0));

/** Scroll the steps of a trace by so many pixels a frame; return the frames' times in ms, sorted. */
export async function scrollFrames(page, pixels) {
  const times = await page.evaluate(
    async ([count, step]) => {
      const tree = document.querySelector('[role="tree"]');
      const frames = [];
      let last = performance.now();
      for (let frame = 0; frame < count; frame++) {
        tree.scrollTop += step;
        await new Promise((done) => requestAnimationFrame(done));
        const now = performance.now();
        frames.push(now - last);
        last = now;
      }
      return frames;
    },
    [FRAMES, pixels],
  );
  return times.sort((left, right) => left - right);
}

/** The value below which this share of sorted values lies. */
export const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** From now on, note when how many events are on the screen: epoch ms after the paint. */
export async function watchPaints(page) {
  await page.evaluate(() => {
    window.paints = [];
    const look = () => {
      const count = Number(document.querySelector('[data-testid="trace"]')?.dataset.events ?? 0);
      const { port1, port2 } = new MessageChannel();
      // A message posted from a frame is taken after that frame is painted.
      port1.onmessage = () =>
        count !== (window.paints.at(-1)?.[0] ?? 0) &&
        window.paints.push([count, performance.timeOrigin + performance.now()]);
      port2.postMessage(0);
      requestAnimationFrame(look);
    };
    look();
  });
}

/** Milliseconds from the making of an event to the paint that shows it: the first one, and the later ones sorted. */
export async function paintLags(page, events) {
  const paints = await page.evaluate(() => window.paints);
  const [first, ...live] = paints
    .filter(([count]) => count > 0)
    .map(([count, at]) => at - events[count - 1].timestamp * 1000);
  return { first, live: live.sort((left, right) => left - right) };
}

/** Milliseconds from the first byte of the event stream in the browser to the paint that shows the first event. */
export async function firstPaintMs(page) {
  return page.evaluate(() => {
    const stream = performance.getEntriesByType("resource").findLast(({ name }) => name.endsWith("/stream"));
    const first = window.paints.find(([count]) => count > 0);
    return first[1] - (performance.timeOrigin + stream.responseStart);
  });
}

/** A clock of the page's own thread, in ms of CPU: what the page costs, however busy the machine is with other things. */
export async function cpuClock(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
}

/** Press at a point, move by a few pixels a frame there and back, let go; return the frames' times in ms, sorted. */
export async function dragFrames(page, { x, y }, step = 4) {
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.evaluate(() => {
    window.frameTimes = [];
    let last = performance.now();
    const tick = () => {
      const now = performance.now();
      window.frameTimes.push(now - last);
      last = now;
      window.ticking = requestAnimationFrame(tick);
    };
    window.ticking = requestAnimationFrame(tick);
  });
  for (let frame = 1; frame <= FRAMES; frame++) {
    const away = step * Math.min(frame, FRAMES - frame);
    await page.mouse.move(x + away, y + away / 2);
  }
  const times = await page.evaluate(() => (cancelAnimationFrame(window.ticking), window.frameTimes));
  await page.mouse.up();
  return times.sort((left, right) => left - right);
}
