import { EndpointError } from '../adapters/docker/endpoint.ts';
import { DockerFleet, type FleetSettings, type FleetTools } from '../adapters/docker/fleet.ts';
import { testbedToken } from '../core/plan/names.ts';
import { usageError } from './exit.ts';

/** The engines of a testbed; opens nothing yet. @throws CliError (usage) when HINGE_NODES cannot be read */
export function openFleet(settings: Omit<FleetSettings, 'helper'>, tools: FleetTools): DockerFleet {
  try {
    return new DockerFleet({ ...settings, helper: `${testbedToken(settings.prefix)}-helper` }, tools);
  } catch (error) {
    if (error instanceof EndpointError) throw usageError(`HINGE_NODES: ${error.message}`);
    throw error;
  }
}
