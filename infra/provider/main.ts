import { resources } from "./resources.ts";
import { serve } from "./serve.ts";

await serve(resources, process.argv.slice(2));
