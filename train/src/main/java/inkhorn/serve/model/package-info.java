/**
 * The models that the server computes with, by name. A model is opened when it is first requested. All models compute
 * on one thread, so that requests share the processor instead of contending for it.
 */
package inkhorn.serve.model;
