import { PayhubError, type Scene } from "@payhub/domain";
import type { ChannelPlugin, SceneCapability } from "./channel.ts";

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

/** What a channel can do in a scene; refuses with `SCENE_NOT_SUPPORTED`, naming the scenes it has. */
export function sceneOf(plugin: ChannelPlugin, scene: Scene): SceneCapability {
  const capability = plugin.scenes[scene];
  if (capability) return capability;
  const supported = Object.keys(plugin.scenes);
  throw new PayhubError(
    "SCENE_NOT_SUPPORTED",
    `${plugin.title} cannot do scene "${scene}"; use ${supported.join(", ")}`,
    {
      details: { channel: plugin.name, scene, supported },
    },
  );
}
