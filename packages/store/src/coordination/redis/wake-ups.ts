import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { WakeUps } from "../coordination.ts";
import { Topics } from "../memory/topics.ts";
import type { GuardedRedis } from "./guarded-redis.ts";

/** Wake-ups of all processes on one Redis channel; this process's own listeners are woken directly. */
export function redisWakeUps(redis: GuardedRedis, channel: string): WakeUps & { close(): void } {
  const topics = new Topics();
  const self = randomUUID();
  const subscriber = subscribe(redis.client, channel, {
    onMessage: (message) => {
      const from = message.slice(0, self.length);
      if (from !== self) topics.notify(message.slice(self.length));
    },
    onSubscribed: () => topics.notifyAll(),
  });
  return {
    notify(topic) {
      topics.notify(topic);
      void redis.run((client) => client.publish(channel, self + topic), { otherwise: () => 0 });
    },
    listen: (topic) => topics.listen(topic),
    close: () => subscriber.disconnect(),
  };
}

function subscribe(
  client: Redis,
  channel: string,
  { onMessage, onSubscribed }: { onMessage: (message: string) => void; onSubscribed: () => void },
): Redis {
  const subscriber = client.duplicate({ autoResubscribe: false, enableAutoPipelining: false });
  // The guarded connection reports outages; this one only tries again.
  subscriber.on("error", () => {});
  subscriber.on("message", (_channel, message: string) => onMessage(message));
  // What was said while the connection was away is lost: everybody looks again.
  subscriber.on("ready", () => subscriber.subscribe(channel).then(onSubscribed, () => subscriber.disconnect(true)));
  return subscriber;
}
