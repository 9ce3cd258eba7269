/** Commands that bring models in from other programs and out to them. */
package inkhorn.cli.exchange;
