// Serves the built UI with the mock gateway, as browser tests do: `npm run mock -- <scenario> <port>`.
import { MockGateway } from '../mock-api/mockGateway.ts'
import { isScenario } from '../mock-api/scenarios.ts'
import { serveSite } from '../mock-api/staticServer.ts'

const [scenario = 'fleet', port = '4173'] = process.argv.slice(2)
if (!isScenario(scenario)) throw new Error(`there is no scenario ${scenario}`)
const site = await serveSite(new URL('../dist', import.meta.url).pathname, new MockGateway(scenario), Number(port))
process.stdout.write(`${site.url}\n`)
