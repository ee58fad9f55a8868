/** Opens the page, or says why it cannot. */
import { openPage } from './page.ts';
import { element } from './screens/element.ts';

try {
  openPage();
} catch (error) {
  const text = 'This browser cannot show the maze: it needs WebGL 2 and storage for this site.';
  document.body.append(element('p', { class: 'no-picture', text, attributes: { role: 'alert' } }));
  throw error;
}
