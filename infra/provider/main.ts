import { resources } from "./registry.ts";
import { serve } from "./serve.ts";

await serve(resources, process.argv.slice(2));
