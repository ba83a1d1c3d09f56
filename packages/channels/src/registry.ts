import { PayhubError, type Scene } from "@payhub/domain";
import type { ChannelConnection, ChannelPlugin, SceneCapability } from "./channel.ts";

/** The channels that a process can use, by name. */
export type ChannelRegistry = ReadonlyMap<string, ChannelPlugin>;

/** Makes a registry; throws when two channels have one name. */
export function createRegistry(plugins: readonly ChannelPlugin[]): ChannelRegistry {
  const registry = new Map<string, ChannelPlugin>();
  for (const plugin of plugins) {
    if (registry.has(plugin.name)) throw new Error(`two channels are named "${plugin.name}"`);
    registry.set(plugin.name, plugin);
  }
  return registry;
}

/** The plugin of a channel; throws for a name that no plugin has, which is a fault of the stored account. */
export function channelOf(registry: ChannelRegistry, name: string): ChannelPlugin {
  const plugin = registry.get(name);
  if (!plugin) throw new Error(`no channel plugin is named "${name}"`);
  return plugin;
}

/** The part of a channel's scenes that an account has opened; all of them when it names none. */
export function scenesOf(all: ChannelPlugin["scenes"], opened: readonly Scene[] | undefined): ChannelPlugin["scenes"] {
  if (opened === undefined) return all;
  return Object.fromEntries(Object.entries(all).filter(([scene]) => opened.some((one) => one === scene)));
}

/** What an account can do in a scene; refuses with `SCENE_NOT_SUPPORTED`, naming the scenes it can. */
export function sceneOf(
  { plugin, connection }: { plugin: ChannelPlugin; connection: ChannelConnection },
  scene: Scene,
): SceneCapability {
  const scenes = connection.scenes ?? plugin.scenes;
  const capability = scenes[scene];
  if (capability) return capability;
  const supported = Object.keys(scenes);
  throw new PayhubError(
    "SCENE_NOT_SUPPORTED",
    `this ${plugin.title} account cannot do scene "${scene}"; use ${supported.join(", ")}`,
    { details: { channel: plugin.name, scene, supported } },
  );
}
