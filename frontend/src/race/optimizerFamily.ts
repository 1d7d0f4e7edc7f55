/** The eight optimizers as a family: who came from whom, and what each does with a gradient g and a learning rate η. */

export interface Member {
  lane: string;
  /** Where it stands in the drawing. */
  x: number;
  y: number;
  parents: readonly string[];
  /** The rule, one line a step; θ are the parameters, β, γ and ρ shares that are kept, ε a small number. */
  rule: readonly string[];
  idea: string;
  source: string;
}

export const FAMILY_SIZE = { width: 360, height: 316 } as const;

export const FAMILY: readonly Member[] = [
  {
    lane: 'sgd',
    x: 180,
    y: 24,
    parents: [],
    rule: ['θ ← θ − η g'],
    idea: 'Straight downhill, one small batch at a time.',
    source: 'Robbins, Monro 1951',
  },
  {
    lane: 'momentum',
    x: 100,
    y: 90,
    parents: ['sgd'],
    rule: ['v ← γ v + g', 'θ ← θ − η v'],
    idea: 'A ball with mass: it gathers speed along a valley and rolls through small bumps.',
    source: 'Polyak 1964',
  },
  {
    lane: 'adagrad',
    x: 258,
    y: 90,
    parents: ['sgd'],
    rule: ['s ← s + g²', 'θ ← θ − η g / (√s + ε)'],
    idea: 'A rate for each parameter: where much has been learned it gets smaller, and never larger again.',
    source: 'Duchi, Hazan, Singer 2011',
  },
  {
    lane: 'nesterov',
    x: 54,
    y: 158,
    parents: ['momentum'],
    rule: ['v ← γ v + g', 'θ ← θ − η (g + γ v)'],
    idea: 'Momentum that looks ahead to where it is about to be, and brakes in time.',
    source: 'Nesterov 1983',
  },
  {
    lane: 'rmsprop',
    x: 194,
    y: 158,
    parents: ['adagrad'],
    rule: ['s ← ρ s + (1 − ρ) g²', 'θ ← θ − η g / (√s + ε)'],
    idea: 'AdaGrad that forgets: only the recent gradients set the rate, so it never dries up.',
    source: 'Hinton, Tieleman 2012',
  },
  {
    lane: 'adadelta',
    x: 308,
    y: 158,
    parents: ['adagrad'],
    rule: ['s ← ρ s + (1 − ρ) g²', 'Δ ← √(d + ε) / √(s + ε) · g', 'd ← ρ d + (1 − ρ) Δ²', 'θ ← θ − η Δ'],
    idea: 'The size of its own last steps takes the place of the learning rate.',
    source: 'Zeiler 2012',
  },
  {
    lane: 'adam',
    x: 144,
    y: 226,
    parents: ['momentum', 'rmsprop'],
    rule: ['m ← β₁ m + (1 − β₁) g', 's ← β₂ s + (1 − β₂) g²', 'm̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)', 'θ ← θ − η m̂ / (√ŝ + ε)'],
    idea: 'Momentum and RMSProp together, both corrected for having begun at 0.',
    source: 'Kingma, Ba 2015',
  },
  {
    lane: 'adamax',
    x: 144,
    y: 292,
    parents: ['adam'],
    rule: ['m ← β₁ m + (1 − β₁) g', 'u ← max(β₂ u, |g|)', 'θ ← θ − η / (1 − β₁ᵗ) · m / (u + ε)'],
    idea: 'Adam with the largest recent gradient instead of the root of the mean square.',
    source: 'Kingma, Ba 2015',
  },
];
