export { testChromiumPath, testServices } from "./services.ts";
