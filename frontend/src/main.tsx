import { render } from 'preact';
import { App } from './App';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/pages.css';
import './styles/run.css';
import './styles/pictures.css';
import './styles/travel.css';

render(<App />, document.getElementById('app')!);
